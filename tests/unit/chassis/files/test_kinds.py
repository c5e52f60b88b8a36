"""What a file is, by its content; and what is said when its name or sender say otherwise."""

import sys
from io import BytesIO
from pathlib import Path

import pylibmagic
import pytest
from docx import Document

from chassis.files.kinds import KINDS, EmptyFile, KindDisagrees, KindNotAllowed, tell_kind
from chassis.refusals import Refusal
from tests.support.files import SOUND, a_pdf, a_png, a_zip, an_office_file, an_ole

ALL = tuple(KINDS)


def tell(folder: Path, name: str, content: bytes, declared: str = "", allowed: tuple[str, ...] = ALL) -> str:
    path = folder / "file"
    path.write_bytes(content)
    return tell_kind(path, name, declared, allowed).media_type


@pytest.mark.parametrize("name", SOUND)
def test_every_kind_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    content, media_type = SOUND[name]
    assert tell(tmp_path, name, content, media_type) == media_type
    assert tell(tmp_path, name, content, "application/octet-stream") == media_type


def test_a_document_is_known_whatever_library_wrote_it(tmp_path: Path) -> None:
    out = BytesIO()
    Document().save(out)
    assert tell(tmp_path, "总结.docx", out.getvalue()) == KINDS["docx"].media_type


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Path(sys.executable).read_bytes()[:4096], "application/x-"),
        (b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(200), "application/"),
        (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg"),
        (b"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"),
        (an_office_file("word", "word/vbaProject.bin"), "macros"),
        (a_zip(["一.jpg"], encrypted=True), "an encrypted archive"),
        (b"\x00\x01\x02\x03" * 50, "no kind that is known"),
        (an_ole("EncryptedPackage"), "an encrypted office file"),
        (an_ole("VBA"), "macros"),
        (an_ole("Contents"), "application/x-ole-storage"),
        (an_ole("WordDocument")[:700], "no kind that is known"),
    ],
    ids=[
        "elf",
        "exe",
        "html",
        "svg",
        "shell",
        "macros",
        "encrypted zip",
        "unknown",
        "encrypted office",
        "old macros",
        "other ole",
        "cut ole",
    ],
)
@pytest.mark.parametrize("name", ["总结.pdf", "总结.docx", "记录.txt"])
def test_what_is_not_taken_is_refused_whatever_its_name(
    tmp_path: Path, content: bytes, said: str, name: str
) -> None:
    with pytest.raises(KindNotAllowed, match=said) as refused:
        tell(tmp_path, name, content)
    assert "expected one of pdf, docx" in refused.value.detail


@pytest.mark.parametrize("name", ["总结.docx", "总结", "总结.pdf.exe", ".pdf.", "图.jpg"])
def test_a_name_that_says_another_thing_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KindDisagrees, match=r"expected \.pdf"):
        tell(tmp_path, name, a_pdf())


@pytest.mark.parametrize("declared", ["text/html", "image/jpeg", "application/x-msdownload"])
def test_a_declared_type_that_says_another_thing_is_refused(tmp_path: Path, declared: str) -> None:
    with pytest.raises(KindDisagrees, match="expected image/png"):
        tell(tmp_path, "图.png", a_png(), declared)


def test_what_browsers_call_a_csv_is_let_pass(tmp_path: Path) -> None:
    content, _ = SOUND["名单.csv"]
    assert tell(tmp_path, "名单.csv", content, "application/vnd.ms-excel") == "text/csv"
    assert tell(tmp_path, "名单.csv", content, "text/plain; charset=utf-8") == "text/csv"


def test_a_file_without_a_byte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        tell(tmp_path, "总结.pdf", b"")


def test_what_the_office_does_not_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KindNotAllowed, match=r"expected one of pdf$"):
        tell(tmp_path, "图.png", a_png(), allowed=("pdf",))


def test_a_zip_that_lists_more_than_can_be_looked_through_is_refused_unread(tmp_path: Path) -> None:
    content = bytearray(a_zip(["一.jpg"]))
    content[-10:-6] = (2**31).to_bytes(4, "little")
    with pytest.raises(Refusal, match="more entries"):
        tell(tmp_path, "照片.zip", bytes(content))


def test_the_library_is_the_wheels_own(tmp_path: Path) -> None:
    tell(tmp_path, "图.png", a_png())
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.fail("expected Linux, where the loaded library can be looked up")
    loaded = {line.split()[-1] for line in maps.read_text().splitlines() if "libmagic.so" in line}
    assert loaded
    assert all(path.startswith(str(Path(pylibmagic.__file__).parent)) for path in loaded), loaded
