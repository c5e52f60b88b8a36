"""Files of every kind that is taken, as small as they can be, and a scanner that speaks clamd's protocol."""

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def a_zip(names: Sequence[str], encrypted: bool = False) -> bytes:
    """A zip with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, f"<{name}/>")
    content = bytearray(out.getvalue())
    if encrypted:
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def an_office_file(folder: str, *more: str) -> bytes:
    """A docx (`word`), xlsx (`xl`) or pptx (`ppt`)."""
    return a_zip(["[Content_Types].xml", "_rels/.rels", f"{folder}/document.xml", *more])


def a_png() -> bytes:
    """One grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\x80"))
        + chunk(b"IEND", b"")
    )


def a_pdf(text: str = "", size: int = 0) -> bytes:
    """A pdf with this text in it, as long as is asked for."""
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%" + text.encode() + b"\n"
    return head.ljust(size - 6, b"\x20") + b"%%EOF\n"


def an_ole(stream: str) -> bytes:
    """A compound file with one stream of this name: what office files were before 2007, and encrypted ones are."""

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            raw,
            len(raw) + 2,
            kind,
            1,
            2**32 - 1,
            2**32 - 1,
            child,
            b"",
            0,
            0,
            0,
            start,
            size,
        )

    free, end, fat = 2**32 - 1, 2**32 - 2, 2**32 - 3
    head = struct.pack(
        "<8s16sHHHHH6s9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    table = struct.pack("<109I", 0, *[free] * 108)
    sectors = struct.pack("<128I", fat, end, *range(3, 10), end, *[free] * 118)
    folder = entry("Root Entry", 5, 1, end, 0) + entry(stream, 2, free, 2, 4096) + bytes(256)
    return head + table + sectors + folder + bytes(4096)


SOUND = {
    "总结.pdf": (a_pdf(), "application/pdf"),
    "总结.docx": (
        an_office_file("word"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "表.xlsx": (an_office_file("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "稿.pptx": (
        an_office_file("ppt"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "旧总结.doc": (an_ole("WordDocument"), "application/msword"),
    "旧表.xls": (an_ole("Workbook"), "application/vnd.ms-excel"),
    "旧稿.ppt": (an_ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "图.PNG": (a_png(), "image/png"),
    "图.jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9", "image/jpeg"),
    "图.gif": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00"
               b"\x02\x02D\x01\x00;", "image/gif"),
    "图.webp": (b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00",
               "image/webp"),
    "片.mp4": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08free", "video/mp4"),
    "音.mp3": (b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"\xff\xfb\x90\x64" + bytes(413), "audio/mpeg"),
    "记录.txt": ("活动顺利。\n".encode(), "text/plain"),
    "旧记录.txt": ("活动顺利，到场群众三百余人。\n".encode("gb18030"), "text/plain"),
    "名单.csv": ("序号,单位\n1,教育局\n".encode(), "text/csv"),
    "照片.zip": (a_zip(["一.jpg", "二.jpg"]), "application/zip"),
}  # fmt: skip


@dataclass
class Scanner:
    """A server that takes INSTREAM as clamd does, and finds what it is told to look for."""

    port: int = 0
    seen: list[bytes] = field(default_factory=list)
    says: str | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        self.seen.append(content)
        self.asked.set()
        await self.may_answer.wait()
        said = self.says or ("stream: Eicar-Signature FOUND" if EICAR in content else "stream: OK")
        writer.write(said.encode() + b"\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def a_scanner() -> AsyncIterator[Scanner]:
    """The scanner on a port of loopback, until the end of the block."""
    scanner = Scanner()
    scanner.may_answer.set()
    server = await asyncio.start_server(scanner.answer, "127.0.0.1", 0)
    scanner.port = server.sockets[0].getsockname()[1]
    try:
        yield scanner
    finally:
        server.close()
        await server.wait_closed()
