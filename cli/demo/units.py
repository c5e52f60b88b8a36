"""The units' side of the demo: each acknowledges, hands in and corrects with its own key."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cli.demo.cast import Part
from cli.demo.client import Client
from cli.demo.days import moment
from cli.demo.ledger import Ledger
from cli.demo.office import Office
from cli.demo.texts import CORRECTION, plan_of, summary_of

Action = tuple[datetime, Callable[[], Awaitable[None]]]
CORRECTION_TAKES = timedelta(hours=3)
REVIEW_TAKES = timedelta(hours=1)


@dataclass
class Units:
    """All units at work. `assignments` maps (what, unit) to the assignment's id."""

    office: Office
    ledger: Ledger
    assignments: dict[tuple[str, str], str] = field(default_factory=dict)
    submissions: dict[tuple[str, str], str] = field(default_factory=dict)

    async def learn_assignments(self) -> None:
        """Each unit asks submissions what it owes: the one address that it needs."""
        titles = {"实施方案": "plan", "活动总结": "summary"}
        for unit in self.office.units:
            while any((what, unit) not in self.assignments for what in titles.values()):
                async for each in self._client(unit).pages("submissions", "/v1/assignments"):
                    self.assignments[(titles[each["title"]], unit)] = each["id"]

    def actions(self, parts: list[Part]) -> list[Action]:
        """Everything that all units do and are answered, in the order of their moments."""
        planned: list[Action] = []
        for part in parts:
            planned += self._acknowledging(part)
            planned += self._handing_in("plan", part, part.plans_at)
            planned += self._handing_in("summary", part, part.sums_up_at)
        return sorted(planned, key=lambda action: action[0])

    def _acknowledging(self, part: Part) -> list[Action]:
        if part.acknowledges_at is None:
            return []

        async def acknowledge() -> None:
            body = {"acknowledged_by": "值班员"}
            path = f"/v1/notices/{self.office.notice_id}/acknowledgement"
            answer = await self._client(part.unit).put("registry", path, body)
            self.ledger.settle("acknowledgement", part.unit, _read(answer["acknowledged_at"]))

        return [(part.acknowledges_at, acknowledge)]

    def _handing_in(self, what: str, part: Part, at: datetime | None) -> list[Action]:
        if at is None:
            return []

        async def hand_in() -> None:
            await self._hand_in(what, part.unit, part.nil, again=False)

        if what == "plan" or not part.returned or part.nil:
            return [(at, hand_in), (_review_of(what), self._accepting(what, part.unit))]

        async def return_it() -> None:
            body = {
                "reasons": [{"section": "创新做法", "reason": CORRECTION}],
                "correct_by": (at + REVIEW_TAKES + timedelta(days=2)).isoformat(),
            }
            path = f"/v1/submissions/{self.submissions[(what, part.unit)]}/return"
            await self.office.client.post("submissions", path, body)

        async def correct() -> None:
            await self._hand_in(what, part.unit, nil=False, again=True)

        returned_at = at + REVIEW_TAKES
        return [
            (at, hand_in),
            (returned_at, return_it),
            (returned_at + CORRECTION_TAKES, correct),
            (_review_of(what), self._accepting(what, part.unit)),
        ]

    async def _hand_in(self, what: str, unit: str, nil: bool, again: bool) -> None:
        sections = plan_of(unit) if what == "plan" else summary_of(unit, again)
        body: dict[str, Any] = {"assignment_id": self.assignments[(what, unit)]}
        body |= {"nil_return": True} if nil else {"sections": sections}
        receipt = await self._client(unit).post("submissions", "/v1/submissions", body)
        self.submissions[(what, unit)] = receipt["id"]
        self.ledger.settle(what, unit, _read(receipt["received_at"]))
        self.ledger.receipts.append({"what": what, "unit": unit, **receipt})

    def _accepting(self, what: str, unit: str) -> Callable[[], Awaitable[None]]:
        async def accept() -> None:
            path = f"/v1/submissions/{self.submissions[(what, unit)]}/accept"
            await self.office.client.post("submissions", path, {})

        return accept

    def _client(self, unit: str) -> Client:
        return self.office.client.with_key(self.office.keys[unit])


def _review_of(what: str) -> datetime:
    """When the office accepts what has come in."""
    return moment(9, 10, 13) if what == "plan" else moment(9, 19, 13)


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def count_late(receipts: Sequence[Mapping[str, Any]]) -> int:
    """How many first versions were late."""
    return sum(1 for receipt in receipts if receipt["version"] == 1 and not receipt["on_time"])
