"""Every occasion has its text in every language, and no empty or broken one is written."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.notifier.contacts import Locale
from services.notifier.channels.message import Transient
from services.notifier.channels.openings import OPENINGS
from services.notifier.channels.sms import count_parts
from services.notifier.deliveries.store import Item
from services.notifier.deliveries.texts import TEMPLATES, write_message
from services.notifier.texts.builtin import read_built_in
from services.notifier.texts.handlers import show_examples
from services.notifier.texts.model import OwnText, write_own
from services.notifier.texts.occasions import BUILT_IN_ALONE, OCCASIONS, TEXT_NAMES, kind_of

ROOT = Path(__file__).parents[4]

NOW = datetime(2024, 9, 6, 1, tzinfo=UTC)
DUE = datetime.fromisoformat("2024-09-16T23:59:59.999999+08:00")
LOCALES = ("zh-CN", "en")
RUNGS = {
    "due_before": "due-7",
    "due_today": "due-0",
    "overdue": "due+1",
    "below_due": "due-3",
    "below_overdue": "due+3",
}

LIMITS: Mapping[str, Callable[[str], bool]] = {
    "wecom": lambda text: len(text.encode()) <= 2_048,
    "dingtalk": lambda text: len(json.dumps(text, ensure_ascii=False).encode()) < 20_000,
    "feishu": lambda text: len(json.dumps(text, ensure_ascii=False).encode()) < 20_000,
    "sms": lambda text: count_parts(text) <= 8,
}
"""As the vendors document them, and not as the channels keep to them."""


def an_item(occasion: str, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "title": "活动总结",
        "is_own": True,
        "about_name": "某区",
        "campaign_name": "网络安全宣传周",
        "timezone": "Asia/Shanghai",
        "due_at": DUE if occasion.startswith("due") else None,
        "details": {} if occasion.startswith("due") else OCCASIONS[occasion].full,
        **fields,
    }
    return Item(notification_id=uuid4(), occasion=occasion, **values)


def write(locale: str, *items: Item) -> tuple[str, str]:
    message = write_message(uuid4(), items, locale, NOW)
    return message.subject, message.text


def items_of(kind: str) -> list[Item]:
    occasion = RUNGS.get(kind, kind)
    due_at = DUE if OCCASIONS[kind].has_due else None
    return [
        an_item(occasion, is_own=not kind.startswith("below_"), details=details, due_at=due_at)
        for details in OCCASIONS[kind].examples
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", TEXT_NAMES)
def test_each_occasion_is_written_whole_with_all_of_its_details_and_with_few(locale: str, kind: str) -> None:
    for item in items_of(kind):
        message = write_message(uuid4(), [item], locale, NOW)
        assert "活动总结" in message.subject
        assert "\n" not in message.subject
        for text in (message.text, message.html or ""):
            assert "活动总结" in text
            assert not [word for word in ("None", "True", "False", "{", "+08:00", "+00:00") if word in text]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", TEXT_NAMES)
def test_each_occasion_fits_each_channel_whole_and_speaks_of_a_mail_in_mails_alone(
    locale: str, kind: str
) -> None:
    for name, opening in OPENINGS.items():
        for items in (items_of(kind)[:1], items_of(kind) * 20):
            message = write_message(uuid4(), items, locale, NOW, opening.frame)
            for part in opening.divide(message):
                assert part.text.strip()
                assert name not in LIMITS or LIMITS[name](part.text)
            is_mail = "邮件由系统" in message.text or "do not answer" in message.text
            assert is_mail == (name == "email")
            assert not message.text.startswith("网络安全宣传周") or opening.frame != "sms"


def test_one_thing_in_a_text_message_is_its_line_alone() -> None:
    message = write_message(uuid4(), [an_item("due-1")], "zh-CN", NOW, "sms")
    assert message.text == "某区的“活动总结”应于 2024-09-16 23:59 前报送，目前尚未收到。\n"


def test_each_occasion_that_can_be_planned_has_its_examples_and_no_other() -> None:
    assert set(OCCASIONS) == set(TEXT_NAMES)
    assert {
        kind_of(occasion, is_own) for occasion in ("due-7", "due-0", "due+1") for is_own in (True, False)
    } <= set(OCCASIONS)


def test_whoever_plans_a_fact_names_one_that_has_a_text() -> None:
    named = {
        node.value.value
        for path in (ROOT / "services" / "notifier").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "occasion" and isinstance(node.value, ast.Constant)
    }
    assert {"notice_issued", "text_broken"} <= named <= set(TEXT_NAMES)


def test_each_language_has_the_same_templates() -> None:
    names = [{path.name for path in (TEMPLATES / locale).iterdir()} for locale in LOCALES]
    assert names[0] == names[1]
    frames = {"message.txt.jinja", "message.html.jinja"}
    assert names[0] == {f"{kind}.txt.jinja" for kind in TEXT_NAMES} | frames


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [name for name in TEXT_NAMES if name not in BUILT_IN_ALONE])
def test_each_built_in_text_is_one_that_an_office_could_have_written(locale: Locale, kind: str) -> None:
    subject, body = read_built_in(kind, locale)
    own = OwnText(uuid4(), 1, uuid4(), kind, locale, subject, body)
    examples = [each for each in show_examples(kind) if each["due"] or not OCCASIONS[kind].has_due]
    for item, example in zip(items_of(kind), examples, strict=True):
        (written, line), message = write_own(own, example), write_message(uuid4(), [item], locale, NOW)
        assert message.subject.startswith(written[:100])
        assert line.splitlines()[0] in message.text


def test_a_detail_that_an_older_release_did_not_keep_is_none() -> None:
    _, text = write(
        "zh-CN", an_item("activity_rescheduled", details={"starts_at": "2024-09-09T01:30:00+00:00"})
    )
    assert "时间 2024-09-09 09:30，地点 待定。" in text


def test_the_html_says_what_the_text_says_and_shows_no_markup_of_a_title() -> None:
    title = "<img src=https://evil.test/x onerror=alert(1)> & Söhne"
    message = write_message(uuid4(), [an_item("due-1", title=title)], "en", NOW)
    assert message.html is not None
    assert "&lt;img src=https://evil.test/x onerror=alert(1)&gt; &amp; Söhne" in message.html
    assert "<img" not in message.html
    assert not re.search(r"""(src|href)=["']|url\(|@import|<script|<link""", message.html)
    assert title in message.text


def test_a_long_title_is_cut_in_the_subject_and_whole_in_the_text() -> None:
    subject, text = write("zh-CN", an_item("due-1", title="长" * 300))
    assert len(subject) == 200
    assert subject.endswith("…")
    assert "长" * 300 in text


def test_moments_are_in_the_campaigns_zone_and_other_text_is_left_as_it_is() -> None:
    assert "2024-09-18 18:00" in write("zh-CN", an_item("submission_returned"))[1]
    details = {**OCCASIONS["activity_rescheduled"].full, "place": "20240910"}
    assert "地点 20240910" in write("zh-CN", an_item("activity_rescheduled", details=details))[1]


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
