"""Receipt numbers: read out over the telephone, and written down right."""

import re
from datetime import UTC, datetime

import pytest

from services.submissions.submissions.model import make_receipt_number, read_receipt_number


def test_a_receipt_number_is_the_day_and_letters_that_are_not_mistaken_when_read_out() -> None:
    at = datetime(2024, 9, 16, 16, 30, tzinfo=UTC)
    numbers = {make_receipt_number("Asia/Shanghai", at) for _ in range(1_000)}
    assert len(numbers) == 1_000
    assert all(re.fullmatch(r"20240917-[0-9A-HJKMNP-TV-Z]{8}", number) for number in numbers)
    assert make_receipt_number(None, at).startswith("20240916-")


@pytest.mark.parametrize(
    "written",
    [
        "20240916-0A1B1CZ9",
        "20240916-0a1b1cz9",
        "202409160a1b1cz9",
        "2024 0916 - OA1B LCZ9",
        "2O24O9I6-oaIblcz9",
    ],
)
def test_a_number_that_was_read_out_is_found_however_it_was_written_down(written: str) -> None:
    assert read_receipt_number(written) == "20240916-0A1B1CZ9"
