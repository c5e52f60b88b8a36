"""Files that exports make, opened by programs that are not ours: LibreOffice, poppler."""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

FONTS = Path(__file__).with_name("fonts.conf")
PAGES = Path(__file__).parents[2] / "out" / "pages"
"""Rendered pages are kept here, to be looked at."""


async def convert(files: Sequence[Path], into: Path) -> None:
    """Have LibreOffice set all of these as pdf, in one start with a profile of its own."""
    profile = into / "profile"
    await _run(
        "soffice",
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(into),
        *map(str, files),
    )


async def read_text(pdf: Path) -> str:
    """The words of a pdf, as they stand on the page."""
    return await _run("pdftotext", "-layout", str(pdf), "-")


async def read_fonts(pdf: Path) -> list[tuple[str, bool]]:
    """Each font of a pdf by name, and whether it is embedded."""
    lines = (await _run("pdffonts", str(pdf))).splitlines()[2:]
    # The columns behind the name are counted from the end: a long name moves them.
    return [(line.split()[0], line.split()[-5] == "yes") for line in lines]


async def read_information(pdf: Path) -> dict[str, str]:
    """What pdfinfo says of it."""
    lines = (await _run("pdfinfo", str(pdf))).splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def draw(pdf: Path, name: str, last: int = 6) -> list[Path]:
    """The first pages as pictures, in the folder that is kept."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.glob(f"{name}-*.png"):
        old.unlink()
    await _run("pdftoppm", "-png", "-r", "60", "-l", str(last), str(pdf), str(PAGES / name))
    return sorted(PAGES.glob(f"{name}-*.png"))


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS), "LC_ALL": "C.UTF-8"},
    )
    out, error = await asyncio.wait_for(process.communicate(), 250)
    assert process.returncode == 0, f"{command[0]}: {error.decode(errors='replace')[-2000:]}"
    return out.decode()
