"""Every occasion has its text in every language, and no empty or broken one is written."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.notifier.channels.message import Transient
from services.notifier.deliveries.store import Item
from services.notifier.deliveries.texts import TEMPLATES, kind_of, write_message

NOW = datetime(2024, 9, 6, 1, tzinfo=UTC)
DUE = datetime.fromisoformat("2024-09-16T23:59:59.999999+08:00")
LADDER = ["due-7", "due-0", "due+1"]
FACTS: dict[str, dict[str, Any]] = {
    "notice_issued": {"due_at": "2024-09-04T18:00:00+08:00"},
    "submission_returned": {
        "reasons": [{"section": "特色内容", "reason": "请补充"}, {"section": None, "reason": "缺数据"}],
        "correct_by": "2024-09-18T10:00:00Z",
    },
    "submission_accepted": {},
    "delivery_given_up": {"channel": "dingtalk", "reason": "errcode 310000: sign not match"},
    "incident_reported": {
        "severity": "large",
        "occurred_at": "2024-09-10T00:30:00Z",
        "report_by": "2024-09-10T03:00:00Z",
        "in_time": False,
    },
    "incident_followed_up": {"severity": "general"},
    "incident_closed": {"severity": "extraordinary"},
    **{
        f"incident_due_{percent}": {
            "severity": "large",
            "occurred_at": "2024-09-10T00:30:00Z",
            "report_by": "2024-09-10T03:00:00Z",
            "in_time": True,
        }
        for percent in (50, 80, 100)
    },
    "daily_summary": {
        "items": [
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
    },
    "activity_rescheduled": {
        "starts_at": "2024-09-09T09:30:00+08:00",
        "place": "20240910",
        "reason": "场地调整",
    },
    "activity_postponed": {
        "former_starts_at": "2024-09-09T09:30:00+08:00",
        "place": "20240910",
        "reason": "台风",
    },
    "activity_cancelled": {
        "former_starts_at": "2024-09-09T09:30:00+08:00",
        "place": "20240910",
        "reason": "台风",
    },
}
EMPTY_FACTS: dict[str, dict[str, Any]] = {
    "daily_summary": {
        "items": [
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
    },
    "notice_issued": {"due_at": None},
    "submission_returned": {"reasons": [], "correct_by": None},
    "incident_reported": {
        "severity": "general",
        "occurred_at": "2024-09-10T00:30:00Z",
        "report_by": None,
        "in_time": None,
    },
    "activity_rescheduled": {"starts_at": None, "place": None, "reason": None},
    "activity_postponed": {"former_starts_at": None, "place": None, "reason": None},
    "activity_cancelled": {"former_starts_at": None, "place": None, "reason": None},
}


def an_item(occasion: str, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "title": "活动总结",
        "is_own": True,
        "about_name": "某区",
        "campaign_name": "活动周",
        "timezone": "Asia/Shanghai",
        "due_at": DUE if occasion.startswith("due") else None,
        "details": FACTS.get(occasion, {}),
        **fields,
    }
    return Item(notification_id=uuid4(), occasion=occasion, **values)


def write(locale: str, *items: Item) -> tuple[str, str]:
    message = write_message(uuid4(), items, locale, NOW)
    return message.subject, message.text


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("occasion", [*LADDER, *FACTS])
def test_each_occasion_is_written_whole(locale: str, occasion: str) -> None:
    for is_own in (True, False):
        subject, text = write(locale, an_item(occasion, is_own=is_own))
        assert "活动总结" in subject
        assert "\n" not in subject
        assert "活动总结" in text
        assert "None" not in text
        assert "{" not in subject + text


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("occasion", EMPTY_FACTS)
def test_what_is_to_be_announced_is_said_so(locale: str, occasion: str) -> None:
    _, text = write(locale, an_item(occasion, details=EMPTY_FACTS[occasion]))
    assert "None" not in text


def test_each_language_has_the_same_templates() -> None:
    names = [{path.name for path in (TEMPLATES / locale).iterdir()} for locale in ("zh-CN", "en")]
    assert names[0] == names[1]
    kinds = {kind_of(occasion, is_own) for occasion in [*LADDER, *FACTS] for is_own in (True, False)}
    assert names[0] == {f"{kind}.txt.jinja" for kind in kinds} | {"message.txt.jinja"}


def test_moments_are_in_the_campaigns_zone_and_other_text_is_left_as_it_is() -> None:
    assert "2024-09-18 18:00" in write("zh-CN", an_item("submission_returned"))[1]
    assert "地点 20240910" in write("zh-CN", an_item("activity_rescheduled"))[1]


def test_several_things_are_numbered_under_one_subject() -> None:
    subject, text = write("zh-CN", an_item("due-1"), an_item("due-0", title="实施方案"))
    assert subject == "【待报提醒】活动总结 等2项"
    assert [line[:3] for line in text.splitlines() if line[:1].isdigit()] == ["1. ", "2. "]


def test_a_title_cannot_break_the_subject_or_run_as_a_template() -> None:
    subject, text = write("en", an_item("due-1", title="A\r\nBcc: x@y {{ 7 * 7 }}"))
    assert subject == "[Due soon] A Bcc: x@y {{ 7 * 7 }}"
    assert "49" not in text


@pytest.mark.parametrize("missing", ["title", "about_name", "campaign_name"])
def test_nothing_is_written_of_what_was_not_heard_of_yet(missing: str) -> None:
    with pytest.raises(Transient, match="not heard of yet"):
        write("en", an_item("due-1", **{missing: " "}))
