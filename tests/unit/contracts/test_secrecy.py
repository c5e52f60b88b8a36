"""What is a classification mark, and what are words."""

import pytest
from pydantic import ValidationError

from contracts.attachments import NameFile
from contracts.secrecy import find_mark

MARKED = [
    "机密★", "机密★30年 方案", "秘密★10年", "绝密★长期.pdf", "机 密★", "绝  密★", "机\u200b密★",
    "情况通报 秘密★1年.docx",
    "【机密】名单.docx", "[秘密]名单", "名单(秘密).pdf", "（机密★30年）方案", "〔绝密〕", "密级：机密",
    "密级: 秘密 方案",
    "机密", "机密.docx", "秘密-名单.xlsx", "名单_机密.docx", "附件1 秘密.xlsx", "机密：名单", "机密级.docx",
    "机密文件.pdf", "绝密方案.pdf", "绝密", "ｘ　绝密",
]  # fmt: skip
WORDS = [
    "市委机要保密局", "保守国家秘密法宣传", "国家秘密载体管理.pdf", "商业秘密保护培训", "机密计算技术讲座",
    "秘密花园读书会",
    "秘密、机密、绝密三级怎么分", "绝密、机密、秘密的区别", "保密法宣传周", "不得填报涉密信息", "工作秘密管理",
    "机密性、完整性、可用性", "秘密战线英雄展", "非涉密说明.docx", "什么是国家秘密.pptx", "密级管理办法",
    "机密档案背后的故事",
    "2024年苏州市网络安全宣传周", "★ 星级评定.xlsx", "（保密）承诺书.docx",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKED)
def test_a_mark_is_found_wherever_marks_stand(text: str) -> None:
    assert find_mark(text)


@pytest.mark.parametrize("text", WORDS)
def test_words_that_hold_the_same_letters_pass(text: str) -> None:
    assert find_mark(text) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("机密★.pdf", "不得填报涉密信息"),
        ("../总结.pdf", "slash"),
        ("C:\\总结.pdf", "slash"),
        ("..", "dots only"),
        (" ", "blank"),
        ("总结\u202efdp.exe", "turns the direction"),
        ("总\x00结.pdf", "control"),
        ("总\n结.pdf", "one line"),
        ("长" * 301, "at most 300"),
    ],
)
def test_a_filename_that_cannot_be_shown_or_kept_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        NameFile(filename=name)


@pytest.mark.parametrize(
    "name", ["总结.pdf", "CON", "总结.", "长" * 100 + ".pdf", "a:b?.pdf", "市委机要保密局.docx"]
)
def test_an_odd_filename_is_kept_as_it_is_shown(name: str) -> None:
    assert NameFile(filename=name).filename == name


def test_a_filename_is_kept_in_nfc() -> None:
    assert NameFile(filename="e\u0301.pdf").filename == "\u00e9.pdf"
