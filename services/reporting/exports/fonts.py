"""Fonts: those that GB/T 9704 names, what stands in for them, and whether a machine can set Chinese at all."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import typst

from chassis.refusals import Conflict

FANGSONG, KAI, HEI, TITLE, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
STAND_INS = {
    FANGSONG: (
        "仿宋",
        "FangSong_GB2312",
        "FangSong",
        "STFangsong",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
    KAI: (
        "楷体",
        "KaiTi_GB2312",
        "KaiTi",
        "STKaiti",
        "AR PL UKai CN",
        "AR PL UKai",
        "LXGW WenKai",
        "Noto Serif CJK SC",
    ),
    HEI: ("SimHei", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    TITLE: ("FZXiaoBiaoSong-B05S", "小标宋体", "STZhongsong", "Noto Serif CJK SC", "Source Han Serif SC"),
    SONG: ("SimSun", "STSong", "Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN"),
}
"""In the order in which they are tried; the open ones come last."""
PACKAGES = "fonts-noto-cjk (and fonts-arphic-ukai for 楷体)"


class NoChineseFont(Conflict):
    """The machine has no font that Chinese can be set in; the message names the package that brings one."""


def families_of(font: str, folders: Sequence[Path] = ()) -> list[str]:
    """The font and its stand-ins that this machine has, the best first."""
    there = _families(folders)
    return [name for name in (font, *STAND_INS[font]) if name.casefold() in there]


def check_chinese(folders: Sequence[Path] = ()) -> None:
    """Refuse to set what would come out as empty boxes."""
    there = _families(folders)
    missing = [
        font
        for font, names in STAND_INS.items()
        if font.casefold() not in there and not any(name.casefold() in there for name in names)
    ]
    if missing:
        raise NoChineseFont(
            f"this machine has no font for {'、'.join(missing)}; install the package {PACKAGES}, "
            "or name a folder with fonts in ROLLCALL_FONT_FOLDERS"
        )


def find_fonts(folders: Sequence[Path]) -> typst.Fonts:
    """Those of the machine and of the folders."""
    return typst.Fonts(font_paths=[str(folder) for folder in folders])


def _families(folders: Sequence[Path]) -> set[str]:
    return {name.casefold() for name in find_fonts(folders).families()}


def write_font_table() -> bytes:
    """The part of a docx that tells a word processor which open font stands in for one that it has not."""
    lines = [
        f'<w:font w:name={quoteattr(font)}><w:altName w:val={quoteattr(_open_one(font))}/><w:charset w:val="86"/>'
        f'<w:family w:val="{"modern" if font == HEI else "roman"}"/><w:pitch w:val="fixed"/></w:font>'
        for font in STAND_INS
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"{''.join(lines)}</w:fonts>"
    ).encode()


def _open_one(font: str) -> str:
    return next(name for name in STAND_INS[font] if name.startswith(("Noto", "AR PL")))
