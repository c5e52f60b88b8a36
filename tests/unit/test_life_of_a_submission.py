"""docs/life-of-a-submission.md names files and functions: each of them is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOP = re.compile(r"`([\w/]+\.py): (\w+)`")


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_every_hop_of_the_page_is_a_function_of_its_file() -> None:
    hops = HOP.findall((ROOT / "docs" / "life-of-a-submission.md").read_text(encoding="utf-8"))
    assert len(hops) > 35
    missing = [
        f"{file}: {function}"
        for file, function in hops
        if not (ROOT / file).exists() or function not in functions_of(ROOT / file)
    ]
    assert missing == []
