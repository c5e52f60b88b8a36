"""Documents that can rot are held to what they speak of."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.main import app
from contracts.streams import SERVICES
from tests.support.settings_table import FILE, write_table
from tests.support.texts_table import FILE as TEXTS
from tests.support.texts_table import write_page

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_the_settings_models() -> None:
    assert FILE.read_text(encoding="utf-8") == write_table(), "run python -m tests.support.settings_table"


def test_the_page_of_texts_is_what_the_code_offers() -> None:
    assert TEXTS.read_text(encoding="utf-8") == write_page(), "run python -m tests.support.texts_table"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake (\w+)", text))
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test", "up"} <= targets
    assert targets <= known
    commands = set(re.findall(r"rollcall (verify|replay|up|demo|\w+)(?= |`|\n)", text))
    subcommands = set(getattr(get_command(app), "commands"))  # noqa: B009 - a group has them
    assert commands & subcommands
    assert commands - subcommands <= {"registry"}


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        "docs/glossary.md",
        "docs/handing-in.md",
        "docs/handing-in.zh-CN.md",
    ],
)
def test_every_link_of_a_page_leads_to_a_file(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_page_of_one_screen(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    for word in ("owns", "hears", "says", "tables", "Metrics", "When it misbehaves"):
        assert word in text
    assert len(text.splitlines()) <= 60


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    declared = re.findall(r'^    "([a-z0-9-]+)(?:\[\w+\])?>=', _section("dependencies = ["), re.MULTILINE)
    assert len(declared) > 20
    missing = [name for name in declared if not re.search(rf"\b{name}\b", text)]
    assert missing == []


def _section(start: str) -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text[text.index(start) :].split("\n]", 1)[0]
