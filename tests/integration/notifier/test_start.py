"""A notifier without its key, or with a wrong one, ends at the start and names the variable."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from chassis.sealing import Sealer, make_key
from chassis.settings import BadSettings, read_settings
from cli.up.folder import ensure_secrets_key, occupy
from services.notifier.contacts.sealing import check_key
from services.notifier.settings import NotifierSettings
from tests.integration.notifier.parts import World
from tests.support.installation import ROOT, free_port_base


async def run_notifier(key: str) -> tuple[int | None, str]:
    """Its status and what it said, when it ends by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.notifier",
        cwd=ROOT,
        env={**os.environ, "ROLLCALL_SECRETS_KEY": key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), timeout=60)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, said.decode()


@pytest.mark.parametrize("key", [None, "", "short", "x" * 44, "A" * 43 + "=,half-a-key"])
def test_a_missing_or_unreadable_key_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("ROLLCALL_NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.delenv("ROLLCALL_SECRETS_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("ROLLCALL_SECRETS_KEY", key)
    with pytest.raises(BadSettings) as bad:
        read_settings(NotifierSettings)
    assert str(bad.value).startswith("ROLLCALL_SECRETS_KEY: ")
    assert not key or key not in str(bad.value)


async def test_a_wrong_key_ends_it_before_anything_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_PORT", str(free_port_base()))
    await check_key(world.database, Sealer([make_key()]))
    status, said = await run_notifier(make_key())
    assert status == 1
    assert "ROLLCALL_SECRETS_KEY opens nothing that is sealed" in said


def test_the_key_of_an_installation_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with occupy(tmp_path / "data") as folder:
        key = ensure_secrets_key(folder)
        assert ensure_secrets_key(folder) == key
        assert stat.S_IMODE(folder.secrets_key.stat().st_mode) == 0o600
        Sealer([key])
