"""The demo's own ledger: what each unit owed, by when, and when it was settled; the ladder counted by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cli.demo.days import moment

# Written out by hand from the calendar of September 2024: the working days are 2-6 and 9-14 (Saturday the 14th
# made up for), 18-20. The 15th to 17th are off, so "on the day" of the 16th falls on the 14th.
RUNGS: Mapping[str, Mapping[str, datetime]] = {
    "acknowledgement": {
        "due-3": moment(8, 30, 9),
        "due-1": moment(9, 3, 9),
        "due-0": moment(9, 4, 9),
        "due+1": moment(9, 5, 9),
        "due+3": moment(9, 9, 9),
    },
    "plan": {
        "due-3": moment(9, 3, 9),
        "due-1": moment(9, 5, 9),
        "due-0": moment(9, 6, 9),
        "due+1": moment(9, 9, 9),
        "due+3": moment(9, 11, 9),
    },
    "summary": {
        "due-7": moment(9, 6, 9),
        "due-3": moment(9, 12, 9),
        "due-1": moment(9, 14, 9),
        "due-0": moment(9, 14, 9),
        "due+1": moment(9, 18, 9),
        "due+3": moment(9, 20, 9),
    },
}
TO_PARENT = "due+3"


@dataclass
class Owed:
    """One thing that one unit owes. `settled_at` is when it gave it, None: never."""

    what: str
    unit: str
    known_at: datetime
    settled_at: datetime | None = None

    def rungs(self) -> Iterable[str]:
        """The rungs that the ladder owes for it: those after it was dated, while it was owed."""
        for name, at in RUNGS[self.what].items():
            if at > self.known_at and (self.settled_at is None or self.settled_at > at):
                yield name


@dataclass
class Ledger:
    """All that is owed, by what and unit."""

    owed: dict[tuple[str, str], Owed] = field(default_factory=dict)
    receipts: list[dict[str, object]] = field(default_factory=list)

    def owe(self, what: str, units: Iterable[str], at: datetime) -> None:
        """These units owe it from now on."""
        for unit in units:
            self.owed[(what, unit)] = Owed(what, unit, at)

    def settle(self, what: str, unit: str, at: datetime) -> None:
        """The unit gave it; the first time counts."""
        entry = self.owed[(what, unit)]
        entry.settled_at = entry.settled_at or at

    def reminders_owed(self) -> Counter[tuple[str, str, str]]:
        """How often each (what, rung, unit that owes) is to be said: once, or not at all."""
        return Counter((each.what, rung, each.unit) for each in self.owed.values() for rung in each.rungs())
