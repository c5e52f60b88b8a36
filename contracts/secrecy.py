"""Classification marks 密级标志: what carries one may not be handed in here at all (保守国家秘密法).

A mark is told from the words by where it stands: 秘密, 机密 and 绝密 are marks with a ★ behind them, in brackets of
their own, after 密级：, or alone between the start, an end and what parts a name; 绝密 also as the very first word.
国家秘密, 商业秘密, 机要保密局, 秘密花园 and 秘密、机密、绝密三级 are words, and pass.
"""

import re
import unicodedata

from pydantic_core import PydanticCustomError

SENTENCE = "不得填报涉密信息"
_LEVEL = r"(?:绝\s*密|机\s*密|秘\s*密)"
_RANK = r"\s*级?"
_TERM = r"(?:\s*[★☆*]\s*[^\])}】〕〉》」』]{0,12})?"
_OPEN, _CLOSE = r"[\[({<【〔〈《「『]", r"[\])}>】〕〉》」』]"
_PART = r"\s\-_—–·:;,.|/+~#。，"
_MARK = re.compile(
    rf"""
    {_LEVEL}{_RANK}\s*[★☆]                                     # 机密★10年
    | {_OPEN}\s*{_LEVEL}{_RANK}{_TERM}\s*{_CLOSE}              # 【机密】, (秘密★1年)
    | 密\s*级\s*[:：]?\s*{_LEVEL}                              # 密级：机密
    | (?:^|(?<=[{_PART}])){_LEVEL}(?:\s*(?:级|件|文件|资料|材料))?(?=[{_PART}*]|$)   # 机密-名单, 名单_机密.docx
    | ^\s*绝\s*密(?!\s*[、和与及或])                            # 绝密方案
    """,
    re.VERBOSE,
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\ufe00-\ufe0f]")


def find_mark(text: str) -> str | None:
    """The classification mark that a title or file name carries; None when it carries none."""
    found = _MARK.search(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    return found[0].strip() if found else None


def refuse_mark(text: str) -> str:
    """`text` as it is, or a refusal of its own name: `classified_content`."""
    mark = find_mark(text)
    if mark is not None:
        raise PydanticCustomError(
            "classified_content", SENTENCE + "：carries the classification mark {mark}", {"mark": repr(mark)}
        )
    return text
