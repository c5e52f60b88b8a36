"""What the demo shows: a line for each thing that happens, the overview, the matrix, the checks."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.demo.checks import Check
from cli.demo.days import ZONE

MARKS = {
    "owed": "[dim]○ 待报[/]",
    "overdue": "[red]✗ 逾期[/]",
    "received": "[cyan]● 已收[/]",
    "late": "[yellow]● 迟报[/]",
    "returned": "[magenta]↩ 退回[/]",
    "accepted": "[green]✓ 通过[/]",
    "waived": "[dim]— 免报[/]",
}


class Screen:
    """The terminal."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def tell(self, at: datetime, what: str) -> None:
        """One line with the campaign's own time."""
        self.console.print(f"[dim]{at.astimezone(ZONE):%m-%d %H:%M}[/]  {what}")

    def show_overview(self, overview: dict[str, Any]) -> None:
        """The figures that go upward."""
        table = Table(title="概览 Overview", show_header=False, box=None, pad_edge=False)
        for name in ("expected", "actual", "actual_on_time", "accepted", "overdue", "nil_returns"):
            table.add_row(name, str(overview[name]))
        for name in ("completeness", "timeliness"):
            table.add_row(name, "—" if overview[name] is None else f"{overview[name]:.1%}")
        table.add_row(
            "acknowledged", f"{overview['acknowledgements_given']} of {overview['acknowledgements_owed']}"
        )
        table.add_row("activities", str(overview["activities"]["total"]))
        table.add_row("behind", f"{overview['behind_seconds']:.1f} s")
        self.console.print(table)

    def show_matrix(self, matrix: dict[str, Any]) -> None:
        """Who has handed in what; the word stands beside the mark, for colour alone tells not everybody."""
        table = Table(title="报送矩阵 Matrix")
        table.add_column("单位")
        titles = {each["id"]: each["title"] for each in matrix["deliverables"]}
        for title in titles.values():
            table.add_column(title)
        for row in matrix["rows"]:
            cells = {cell["deliverable_id"]: cell for cell in row["cells"]}
            shown = [MARKS[cells[id]["state"]] if id in cells else "" for id in titles]
            table.add_row(row["organization"]["short_name"] or row["organization"]["name"], *shown)
        self.console.print(table)

    def show_checks(self, checks: list[Check]) -> None:
        """What was held against what."""
        for check in checks:
            mark = "[green]holds[/]" if check.holds else "[red bold]DOES NOT HOLD[/]"
            self.console.print(f"{mark}  {check.name}: {check.detail}")
