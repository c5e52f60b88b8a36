"""Pitfall 13: what is published outside the one place for it can be lost without a word."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLACE = ROOT / "chassis" / "publishing.py"


def publishes(path: Path) -> list[str]:
    """Where a file calls something named publish of an object, as file:line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("publish", "publish_async")
    ]


def test_pitfall_13_only_one_file_of_the_product_publishes() -> None:
    files = [path for top in ("chassis", "services", "cli") for path in (ROOT / top).rglob("*.py")]
    found = [place for path in files if path != PLACE for place in publishes(path)]
    assert found == []


def test_pitfall_13_the_one_place_is_seen_by_the_check_above() -> None:
    assert publishes(PLACE)
