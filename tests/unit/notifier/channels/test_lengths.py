"""What does not fit goes on in the next message: nothing is lost, nothing too long, and each part has its own id."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.channels.lengths import MARK_ROOM, divide, divide_text
from services.notifier.channels.message import Message
from services.notifier.channels.robots import bytes_in_json, bytes_of, calm
from services.notifier.channels.sms import count_parts, units_of


@given(st.text(max_size=400), st.integers(16, 60), st.sampled_from([bytes_of, units_of]))
def test_the_pieces_together_are_the_text_and_none_is_too_long(text: str, longest: int, size) -> None:  # type: ignore[no-untyped-def]
    pieces = divide_text(text, longest, size)
    assert "".join(pieces) == text
    assert all(size(piece) <= longest for piece in pieces)


@given(st.text('项目\n"\\<', max_size=600))
def test_parts_fit_with_their_numbers_and_are_the_same_at_every_try(text: str) -> None:
    message = Message(uuid4(), "主题", text, [], datetime.now(UTC))
    parts = divide(message, 100, bytes_in_json)
    assert all(bytes_in_json(part.text) <= 100 for part in parts)
    assert parts == divide(message, 100, bytes_in_json)
    assert parts[0].delivery_id == message.delivery_id
    assert len({part.delivery_id for part in parts}) == len(parts)
    assert len(f"({len(parts)}/{len(parts)}) ") <= MARK_ROOM


@pytest.mark.parametrize(
    ("text", "parts"),
    [("点" * 70, 1), ("点" * 71, 2), ("点" * 134, 2), ("点" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)
def test_parts_of_a_text_message(text: str, parts: int) -> None:
    assert count_parts(text) == parts


def test_what_would_call_everybody_is_made_harmless() -> None:
    assert calm('<AT user_id="all"></at> @ALL @所有人 a@allen.cn') == (
        '＜AT user_id="all"></at> ＠ALL ＠所有人 a@allen.cn'
    )
