"""Occasions: everything that can be told, what its text may speak of, and examples that a text is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

FactName = Literal[
    "notice_issued",
    "notice_replaced",
    "submission_received",
    "submission_returned",
    "submission_accepted",
    "submission_withdrawn",
    "submission_reopened",
    "assignment_extended",
    "assignment_due_set",
    "assignment_waived",
    "assignment_unwaived",
    "activity_rescheduled",
    "activity_postponed",
    "activity_cancelled",
    "incident_reported",
    "incident_followed_up",
    "incident_closed",
    "incident_due_50",
    "incident_due_80",
    "incident_due_100",
    "urged",
    "daily_summary",
    "delivery_given_up",
    "text_broken",
]
"""A fact that can be told: what plans any other is refused by the type checker, until its text stands here too."""
RungKind = Literal["due_before", "due_today", "overdue", "below_due", "below_overdue"]
"""A rung before, on or after the due moment; what a unit below owes is told in words of its own."""
TextName = Literal[FactName, RungKind]
TEXT_NAMES: tuple[str, ...] = tuple(
    name for each in get_args(TextName) for name in (get_args(each) or (each,))
)
BUILT_IN_ALONE = ("text_broken",)
"""Told in no office's own words: it says that those are broken."""
FIELDS: Mapping[str, str] = {
    "title": "what it is about: the deliverable, notice or activity; of an incident its number",
    "about": "the unit that owes or hosts it, or that reports",
    "campaign": "the campaign's name",
    "due": "the due moment, in the campaign's zone; none where there is none",
    "occasion": "the occasion as notifications name it, such as due-3",
}
"""What every text may speak of, as `item.title` and so on."""
DUE_AT = datetime(2024, 9, 16, 15, 59, 59, 999999, UTC)


@dataclass(frozen=True, slots=True)
class Occasion:
    """`details` are what its text may speak of as `item.details.…`, a full example and a sparse one of each."""

    means: str
    full: Mapping[str, Any]
    sparse: Mapping[str, Any]
    has_due: bool = False

    @property
    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """Each set of details that a text must hold for; alike ones once."""
        return (self.full,) if self.full == self.sparse else (self.full, self.sparse)


def _rung(means: str) -> Occasion:
    return Occasion(means, {}, {}, has_due=True)


_STARTS, _ENDS = "2024-09-09T01:30:00+00:00", "2024-09-09T03:30:00+00:00"
_REASONED = {"reason": "台风"}
_UNREASONED = {"reason": None}
_FORMER = {"former_starts_at": _STARTS, "former_place": "苏州国际博览中心", "place": "苏州国际博览中心"}
_TO_COME = {"former_starts_at": None, "former_place": None, "place": None, "reason": None}
_MOVED = {"due_at": "2024-09-20T10:00:00+00:00", "former_due_at": DUE_AT.isoformat()}
_UNDATED = {"due_at": None, "former_due_at": None, "reason": None}
_LATE = {
    "severity": "large",
    "occurred_at": "2024-09-10T00:30:00+00:00",
    "report_by": "2024-09-10T03:00:00+00:00",
    "in_time": False,
}
_UNTIMED = {
    "severity": "general",
    "occurred_at": "2024-09-10T00:30:00+00:00",
    "report_by": None,
    "in_time": None,
}
_TIMED = {**_LATE, "severity": "general", "in_time": None}
_SUMMARY = {
    "deliverables": [
        {
            "title": "活动总结",
            "owed_count": 12,
            "overdue_count": 2,
            "escalated_count": 1,
            "next_due": "2024-09-20 18:00",
            "names": ["甲", "乙"],
        }
    ],
    "undated": ["活动照片"],
    "unreachable_count": 2,
    "unreachable": ["丙"],
    "given_up_count": 3,
}
_SHORT_SUMMARY = {
    "deliverables": [
        {
            "title": "活动总结",
            "owed_count": 1,
            "overdue_count": 0,
            "escalated_count": 0,
            "next_due": None,
            "names": ["甲"],
        }
    ],
    "undated": [],
    "unreachable_count": 0,
    "unreachable": [],
    "given_up_count": 0,
}
_RECEIPT = {
    "number": 2,
    "receipt_number": "2024-0916-00042",
    "received_at": "2024-09-16T09:12:00+00:00",
    "on_time": True,
    "nil_return": False,
    "content_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
_RETURNED = {
    "reasons": [
        {"number": 1, "section": "创新做法", "reason": "请补充数据"},
        {"number": 2, "section": None, "reason": "请统一单位名称"},
    ],
    "correct_by": "2024-09-18T10:00:00+00:00",
    "stage": 1,
}

OCCASIONS: Mapping[str, Occasion] = {
    "due_before": _rung("a rung before the due moment, to the unit that owes"),
    "due_today": _rung("the rung on the day, to the unit that owes"),
    "overdue": _rung("a rung after the due moment, to the unit that owes"),
    "below_due": _rung("a rung before or on the day, to the unit above the one that owes"),
    "below_overdue": _rung("a rung after the due moment, to the unit above the one that owes"),
    "notice_issued": Occasion(
        "a notice was issued to the unit, which is to acknowledge it",
        {"due_at": "2024-09-04T10:00:00+00:00", "replaces": "关于开展活动的通知"},
        {"due_at": None, "replaces": None},
    ),
    "notice_replaced": Occasion(
        "a notice to the unit was replaced by one that is not for it",
        {"replacement": "关于开展活动的补充通知"},
        {"replacement": "关于开展活动的补充通知"},
    ),
    "submission_received": Occasion(
        "the receipt, to the mailbox of the unit that handed in",
        _RECEIPT,
        {**_RECEIPT, "number": 1, "on_time": False, "nil_return": True},
    ),
    "submission_returned": Occasion(
        "returned for correction", _RETURNED, {"reasons": [], "correct_by": None, "stage": None}
    ),
    "submission_accepted": Occasion("accepted", {}, {}),
    "submission_withdrawn": Occasion(
        "withdrawn by the unit, which owes again", {"reason": "误报"}, _UNREASONED
    ),
    "submission_reopened": Occasion("reopened by the office", {"reason": "数据有误，请更正"}, _UNREASONED),
    "assignment_extended": Occasion(
        "an extension was granted", {**_MOVED, **_REASONED}, {**_MOVED, **_UNREASONED}
    ),
    "assignment_due_set": Occasion(
        "the due moment was set or moved for all", {**_MOVED, **_UNREASONED}, _UNDATED
    ),
    "assignment_waived": Occasion("nothing is owed any more", {**_MOVED, **_REASONED}, _UNDATED),
    "assignment_unwaived": Occasion("a waiver was taken back", {**_MOVED, **_REASONED}, _UNDATED),
    "activity_rescheduled": Occasion(
        "another time or place, to hosts and addressees",
        {
            **_FORMER,
            **_REASONED,
            "starts_at": "2024-09-10T01:30:00+00:00",
            "ends_at": "2024-09-10T03:30:00+00:00",
        },
        {**_TO_COME, "starts_at": None, "ends_at": None},
    ),
    "activity_postponed": Occasion("put off, to hosts and addressees", {**_FORMER, **_REASONED}, _TO_COME),
    "activity_cancelled": Occasion("called off, to hosts and addressees", {**_FORMER, **_REASONED}, _TO_COME),
    "incident_reported": Occasion("a first report, to all above the unit", _LATE, _UNTIMED),
    "incident_followed_up": Occasion("a follow-up, to all above the unit", _LATE, _UNTIMED),
    "incident_closed": Occasion("the final report, to all above the unit", _LATE, _UNTIMED),
    "incident_due_50": Occasion("half of an incident's legal limit has passed", _LATE, _TIMED),
    "incident_due_80": Occasion("four fifths of an incident's legal limit have passed", _LATE, _TIMED),
    "incident_due_100": Occasion("an incident's legal limit has passed", _LATE, _TIMED),
    "urged": Occasion(
        "a coordinator or overseer urges the unit",
        {"state": "overdue", "by": "主办单位", "message": "请于今天下班前报送。"},
        {"state": "owed", "by": "主办单位", "message": None},
        has_due=True,
    ),
    "daily_summary": Occasion(
        "what is outstanding, once a day, to the coordinator and to overseers", _SUMMARY, _SHORT_SUMMARY
    ),
    "delivery_given_up": Occasion(
        "a unit could not be reached, to the campaign's issuer",
        {"channel": "dingtalk", "reason": "errcode 310000: sign not match"},
        {"channel": "email", "reason": "550 no such user"},
    ),
    "text_broken": Occasion(
        "an office's own text could not be written; the built-in one was sent",
        {"locale": "zh-CN", "error": "body, line 3: it wrote nothing"},
        {"locale": "zh-CN", "error": "body, line 3: it wrote nothing"},
    ),
}


def kind_of(occasion: str, is_own: bool = True) -> str:
    """Which text an occasion takes: a rung before, on or after the due moment, or the fact itself."""
    if not occasion.startswith("due"):
        return occasion
    days = int(occasion.removeprefix("due"))
    # `due-0` is on the day, `due+1` and on are after it.
    kind = "due_today" if days == 0 else "due_before" if days < 0 else "overdue"
    return kind if is_own else "below_overdue" if days > 0 else "below_due"


def names_of(kind: str) -> frozenset[str]:
    """What `item.details` of a kind of text has; none for a kind that no code plans."""
    known = OCCASIONS.get(kind)
    return frozenset() if known is None else frozenset(known.full)
