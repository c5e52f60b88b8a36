"""NATS as Rollcall launches it: what each user may do, what is kept, and whatever state its folder is in."""

import asyncio
import json
import os
import shutil
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
import pytest
from nats.aio.client import Client

from chassis.topology import Topology, bootstrap
from cli.refusal import CannotStart
from cli.servers.lock import FolderInUse
from cli.servers.nats import ADMIN, Nats, permissions_of
from contracts.streams import DURABLES, HEADS, SERVICES, STREAMS
from tests.support.waiting import until

EVERYTHING = Topology((*STREAMS, HEADS), DURABLES)


@dataclass
class Connected:
    """A user's connection, and what the server has refused it."""

    client: Client
    refusals: list[str] = field(default_factory=list)


@asynccontextmanager
async def as_user(server: Nats, user: str) -> AsyncIterator[Connected]:
    connected = Connected(Client())

    async def on_error(error: Exception) -> None:
        connected.refusals.append(str(error))

    await connected.client.connect(
        server.url(user), inbox_prefix=f"_INBOX_{user}".encode(), error_cb=on_error, allow_reconnect=False
    )
    try:
        yield connected
    finally:
        await connected.client.close()


async def bootstrap_all(server: Nats) -> None:
    async with as_user(server, ADMIN) as admin:
        await bootstrap(admin.client.jetstream(), EVERYTHING)


async def count_messages(server: Nats, stream: str) -> int:
    async with as_user(server, ADMIN) as admin:
        return (await admin.client.jetstream().stream_info(stream)).state.messages


async def publish_batch(client: Client, subject: str, batch: str, count: int) -> dict[str, object]:
    """JetStream's atomic batch: all are stored at the commit, or none."""
    for number in range(1, count):
        await client.publish(
            subject, b"{}", headers={"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        )
    last = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(count), "Nats-Batch-Commit": "1"}
    answer = await client.request(subject, b"{}", headers=last, timeout=5)
    said: dict[str, object] = json.loads(answer.data)
    return said


async def expect_refusals(server: Nats, user: str, subjects: Sequence[str]) -> None:
    """Publishing to each is refused by name."""
    async with as_user(server, user) as connected:
        for subject in subjects:
            await connected.client.publish(subject, b"{}")
        await until(lambda: len(connected.refusals) >= len(subjects), seconds=5)
        for subject in subjects:
            assert any(f'publish to "{subject}"'.lower() in said.lower() for said in connected.refusals), (
                subject
            )


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_tells_its_own_events_in_a_batch_and_its_own_head(
    running_nats: Nats, service: str
) -> None:
    await bootstrap_all(running_nats)
    before = await count_messages(running_nats, service)
    async with as_user(running_nats, service) as own:
        said = await publish_batch(own.client, f"rollcall.{service}.noun.happened.v1", f"batch-{service}", 20)
        assert said["stream"] == service
        assert said["count"] == 20
        await own.client.jetstream().publish(f"heads.{service}", b"{}", stream="heads")
        assert (await own.client.jetstream().stream_info(service)).state.messages == before + 20
        assert own.refusals == []


@pytest.mark.parametrize("durable", DURABLES, ids=lambda durable: durable.name)
async def test_a_service_hears_and_confirms_through_its_own_durable(
    nats_server: Nats, durable: object
) -> None:
    assert isinstance(durable, type(DURABLES[0]))
    await nats_server.start()
    await bootstrap_all(nats_server)
    async with as_user(nats_server, durable.stream) as teller:
        subject = durable.subjects[0].removesuffix(">") + "noun.happened.v1"
        await publish_batch(teller.client, subject, "batch", 3)
    async with as_user(nats_server, durable.service) as hearer:
        jetstream = hearer.client.jetstream()
        subscription = await jetstream.pull_subscribe_bind(consumer=durable.name, stream=durable.stream)
        messages = await subscription.fetch(10, timeout=1)
        assert len(messages) == 3
        for message in messages:
            await message.in_progress()
            await message.ack_sync(timeout=2)
        assert (await jetstream.consumer_info(durable.stream, durable.name)).num_ack_pending == 0
        assert (await jetstream.stream_info(durable.stream)).state.messages == 3
        assert hearer.refusals == []


@pytest.mark.parametrize("service", SERVICES)
async def test_pitfall_18_what_is_not_a_services_own_is_refused_and_said(
    running_nats: Nats, service: str
) -> None:
    await bootstrap_all(running_nats)
    others = [other for other in SERVICES if other != service]
    foreign = [durable for durable in DURABLES if durable.service != service]
    unheard = [o for o in others if not any(d.service == service and d.stream == o for d in DURABLES)]
    await expect_refusals(
        running_nats,
        service,
        [
            *(f"rollcall.{other}.noun.happened.v1" for other in others),
            *(f"heads.{other}" for other in others),
            *(f"$JS.API.STREAM.INFO.{other}" for other in unheard),
            *(f"$JS.API.CONSUMER.INFO.{d.stream}.{d.name}" for d in foreign),
            *(f"$JS.API.CONSUMER.MSG.NEXT.{d.stream}.{d.name}" for d in foreign),
            *(f"$JS.ACK.{d.stream}.{d.name}.1.1.1.1.0" for d in foreign),
            *(f"_INBOX_{other}.forged" for other in others),
        ],
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_pitfall_18_no_service_administers_jetstream_or_reads_streams_raw(
    running_nats: Nats, service: str
) -> None:
    await bootstrap_all(running_nats)
    everywhere = [
        f"$JS.API.{verb}.{stream}"
        for stream in (*SERVICES, HEADS.name)
        for verb in ("STREAM.DELETE", "STREAM.PURGE", "STREAM.UPDATE", "STREAM.MSG.GET", "DIRECT.GET")
    ]
    own = [f"$JS.API.CONSUMER.DELETE.{d.stream}.{d.name}" for d in DURABLES]
    more = ["$JS.API.STREAM.CREATE.mine", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES"]
    more += [f"$JS.API.CONSUMER.CREATE.{service}", f"$JS.API.CONSUMER.DURABLE.CREATE.{service}.mine"]
    more += ["$SYS.REQ.SERVER.PING", "anything"]
    await expect_refusals(running_nats, service, [*everywhere, *own, *more])


@pytest.mark.parametrize("service", SERVICES)
async def test_pitfall_18_a_service_listens_to_its_own_inbox_alone(running_nats: Nats, service: str) -> None:
    other = next(name for name in SERVICES if name != service)
    subjects = [
        "rollcall.>",
        f"rollcall.{service}.>",
        ">",
        f"_INBOX_{other}.>",
        "_INBOX.>",
        "heads.>",
        "$JS.>",
    ]
    async with as_user(running_nats, service) as listener:
        for subject in subjects:
            await listener.client.subscribe(subject)
        await until(lambda: len(listener.refusals) >= len(subjects), seconds=5)
        await listener.client.subscribe(f"_INBOX_{service}.mine")
        await listener.client.publish(f"rollcall.{service}.ask", b"")
        await listener.client.flush()
        assert len(listener.refusals) == len(subjects)


async def test_nobody_gets_in_without_the_right_password(running_nats: Nats) -> None:
    address = f"127.0.0.1:{running_nats.port}"
    for url in (f"nats://{address}", f"nats://registry:guessed@{address}", f"nats://stranger@{address}"):
        with pytest.raises((nats.errors.Error, OSError), match=r"(?i)authorization"):
            await nats.connect(url, allow_reconnect=False, connect_timeout=2, error_cb=_quietly)


async def _quietly(_: Exception) -> None:
    pass


async def test_the_server_listens_on_loopback_alone(running_nats: Nats) -> None:
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.2", running_nats.port)


async def test_pitfall_10_the_running_servers_configuration_syncs_before_it_confirms(
    running_nats: Nats,
) -> None:
    assert running_nats.process is not None
    arguments = Path(f"/proc/{running_nats.process.pid}/cmdline").read_bytes().split(b"\0")
    file = Path(arguments[arguments.index(b"-c") + 1].decode())
    configuration = json.loads(file.read_text())
    assert configuration["jetstream"]["sync_interval"] == "always"
    assert configuration["max_payload"] == 1024 * 1024
    assert "no_auth_user" not in configuration
    for secret in (file, running_nats.passwords.path, running_nats.log):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret


def test_every_durable_has_one_hearer_that_may_fetch_from_it() -> None:
    for durable in DURABLES:
        fetch = f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}"
        assert [s for s in SERVICES if fetch in permissions_of(s)["publish"]] == [durable.service]


async def test_a_store_that_was_wiped_while_it_was_stopped_starts_empty(nats_server: Nats) -> None:
    await nats_server.start()
    await bootstrap_all(nats_server)
    url = nats_server.url("registry")
    await nats_server.stop()
    shutil.rmtree(nats_server.store)
    await nats_server.start()
    assert nats_server.url("registry") == url
    async with as_user(nats_server, ADMIN) as admin:
        with pytest.raises(nats.js.errors.NotFoundError):
            await admin.client.jetstream().stream_info("registry")
    await bootstrap_all(nats_server)


async def test_messages_survive_kill_9(nats_server: Nats) -> None:
    await nats_server.start()
    await bootstrap_all(nats_server)
    async with as_user(nats_server, "registry") as registry:
        await publish_batch(registry.client, "rollcall.registry.noun.happened.v1", "batch", 50)
    assert nats_server.process is not None
    nats_server.process.kill()
    await nats_server.start()
    assert await count_messages(nats_server, "registry") == 50


async def test_a_second_launch_is_refused_at_once_and_the_first_runs_on(nats_server: Nats) -> None:
    await nats_server.start()
    second = Nats(nats_server.root, log=nats_server.log.with_name("second.log"))
    with pytest.raises(FolderInUse, match=rf"run by process {os.getpid()} already; stop that first"):
        await second.start()
    async with as_user(nats_server, ADMIN) as admin:
        assert admin.client.is_connected


async def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        CannotStart, match=r"cannot be written \(Not a directory\); expected a folder that can"
    ):
        await Nats(tmp_path / "file" / "nats", log=tmp_path / "nats.log").start()


async def test_a_busy_port_is_refused_in_words(nats_server: Nats) -> None:
    taken = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    async with taken:
        nats_server.port = taken.sockets[0].getsockname()[1]
        with pytest.raises(CannotStart, match=r"for NATS, is in use; expected it free"):
            await nats_server.start()


async def test_a_server_that_cannot_start_says_why_from_its_log(nats_server: Nats) -> None:
    nats_server.root.mkdir()
    nats_server.store.write_text("not a folder")
    with pytest.raises(CannotStart, match=r"did not start: .*not a directory.*its log is"):
        await nats_server.start()
