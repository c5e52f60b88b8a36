"""Text of others as data: what no formula, no control character and no line of a csv can be made of."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Without what XML cannot hold and no printer shows; each stands as the mark of a character that was lost."""
    return _UNPRINTABLE.sub("\ufffd", text)


def clean_for_cell(text: str) -> str:
    """Without what is no character; a cell has its own way to hold control characters."""
    return _NO_CHARACTER.sub("\ufffd", text)


def guarded(text: str) -> str:
    """For a csv: a text that begins like a formula gets a ' before it (OWASP), and so does one that has a ' there
    already, so that taking one away gives each back as it was.
    """
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text
