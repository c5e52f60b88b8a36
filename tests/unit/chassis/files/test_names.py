"""Names that any file system takes, and the header that carries them."""

from urllib.parse import unquote

import pytest

from chassis.files.names import content_disposition, make_safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("活动总结.pdf", "活动总结.pdf"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("LPT1.pdf", "_LPT1.pdf"),
        ("COM10.pdf", "COM10.pdf"),
        ("总结.pdf. . ", "总结.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        (".gitignore", ".gitignore"),
        ("...", "_"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert make_safe(name) == safe


@pytest.mark.parametrize(
    "name", ["长" * 200 + ".pdf", "长" * 200, "é" * 300 + ".docx", "👨‍👩‍👧" * 60 + ".zip"]
)
def test_a_long_name_keeps_its_extension_and_whole_letters(name: str) -> None:
    safe = make_safe(name)
    assert 240 < len(safe.encode()) <= 255
    assert name.startswith(safe.rpartition(".")[0] or safe)
    assert "." not in name or safe.rpartition(".")[2] == name.rpartition(".")[2]


def test_the_header_carries_the_name_twice_and_nothing_gets_out_of_it() -> None:
    header = content_disposition('总结"; filename=evil.exe\r\nX: y.pdf')
    plain, _, wide = header.removeprefix("attachment; filename=").partition("; filename*=UTF-8''")
    assert plain[1:-1].isascii()
    assert '"' not in plain[1:-1]
    assert "\r" not in header
    assert "\n" not in header
    assert unquote(wide) == "总结_; filename=evil.exe__X_ y.pdf"
