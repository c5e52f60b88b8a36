"""Names of files: as they are shown, and as any file system can take them."""

import re
from urllib.parse import quote

MOST_BYTES = 255
"""Of a name in UTF-8, on the usual file systems."""
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def make_safe(name: str) -> str:
    """The name without what some file system refuses: reserved letters, device names, trailing dots, over-length."""
    safe = _RESERVED.sub("_", name).strip(" ").rstrip(". ") or "_"
    if _DEVICE.fullmatch(safe):
        safe = f"_{safe}"
    stem, dot, extension = safe.rpartition(".")
    if not stem or len(extension) > 16:
        return _cut(safe, MOST_BYTES)
    return _cut(stem, MOST_BYTES - len(f".{extension}".encode())) + dot + extension


def _cut(text: str, most: int) -> str:
    """The start of `text` that fits into so many bytes, without half a letter at its end."""
    return text.encode()[:most].decode(errors="ignore")


def content_disposition(name: str) -> str:
    """The header that has a browser save the file under its name (RFC 6266, with RFC 5987's `filename*`)."""
    safe = make_safe(name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
