"""Streams and durables: owned by one step, never overwritten, filled again when they are lost."""

import json

import nats.js.errors
import pytest
from nats.js.api import ConsumerConfig

from chassis import durables
from chassis.topology import Drift, bootstrap, is_ahead
from contracts.streams import DURABLES, STREAMS
from tests.support.databases import Cluster
from tests.support.parts import (
    connected,
    fresh_database,
    make_relay,
    record,
    registered,
    running,
    told,
    waiting_count,
)
from tests.support.servers import TOPOLOGY, TestBus
from tests.support.waiting import until

SUBMISSIONS = [durable for durable in DURABLES if durable.service == "submissions"]


async def test_pitfall_10_the_running_server_syncs_before_it_confirms(bus: TestBus) -> None:
    configured = json.loads(bus.server.configuration.read_text())
    assert configured["jetstream"]["sync_interval"] == "always"
    assert configured["listen"].startswith("127.0.0.1:")


async def test_pitfall_14_a_full_stream_refuses_what_is_new_and_drops_nothing(bus: TestBus) -> None:
    async with bus.administer() as jetstream:
        for stream in STREAMS:
            config = (await jetstream.stream_info(stream.name)).config
            assert str(config.discard) in ("new", "DiscardPolicy.NEW")
            assert config.max_bytes
            assert config.allow_atomic


async def test_pitfall_24_a_second_bootstrap_changes_nothing(bus: TestBus) -> None:
    async with bus.administer() as jetstream:
        assert await bootstrap(jetstream, TOPOLOGY) == []


async def test_pitfall_24_a_stream_that_is_set_otherwise_is_refused_and_left(bus: TestBus) -> None:
    async with bus.administer() as jetstream:
        config = (await jetstream.stream_info("registry")).config
        config.duplicate_window = 60.0
        await jetstream.update_stream(config)
        with pytest.raises(Drift, match=r"stream registry: duplicate_window is 60(\.0)?, expected 600"):
            await bootstrap(jetstream, TOPOLOGY)
        assert (await jetstream.stream_info("registry")).config.duplicate_window == 60


async def test_pitfall_24_a_durable_that_hears_otherwise_is_refused(bus: TestBus) -> None:
    durable = SUBMISSIONS[0]
    async with bus.administer() as jetstream:
        await jetstream.delete_consumer(durable.stream, durable.name)
        await jetstream.add_consumer(durable.stream, ConsumerConfig(durable_name=durable.name, ack_wait=10))
        with pytest.raises(Drift, match="expected"):
            await bootstrap(jetstream, TOPOLOGY)


async def test_pitfall_23_a_durable_that_is_gone_is_named(bus: TestBus) -> None:
    durable = SUBMISSIONS[0]
    async with connected(bus, "submissions") as own:
        assert await durables.find_missing(own.jetstream, "submissions", SUBMISSIONS) is None
        async with bus.administer() as jetstream:
            await jetstream.delete_consumer(durable.stream, durable.name)
        missing = await durables.find_missing(own.jetstream, "submissions", SUBMISSIONS)
        assert missing == f"durable {durable.name} of stream {durable.stream} is gone"


async def test_pitfall_23_a_stream_that_is_gone_is_named(bus: TestBus) -> None:
    async with connected(bus, "registry") as own:
        async with bus.administer() as jetstream:
            await jetstream.delete_stream("registry")
        assert await durables.find_missing(own.jetstream, "registry", []) == "stream registry is gone"


async def test_a_stream_deleted_under_a_running_relay_is_filled_again(cluster: Cluster, bus: TestBus) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await record(database, *(registered() for _ in range(30)))
            await _until_told(bus, 30)
            async with bus.administer() as jetstream:
                await jetstream.delete_stream("registry")
            await record(database, registered())
            async with bus.administer() as jetstream:
                await bootstrap(jetstream, TOPOLOGY)
            await _until_told(bus, 31)
        async with database.reading() as connection:
            logged = {str(row["id"]) for row in await connection.fetch("SELECT id FROM events")}
        assert {headers["ce-id"] for _, headers, _ in await told(bus)} == logged


async def test_a_bus_that_lost_its_store_while_it_was_stopped_is_filled_again(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await record(database, *(registered() for _ in range(10)))
            await _until_told(bus, 10)
            await bus.stop()
            bus.wipe()
            await bus.start()
            await _until_told(bus, 10)


@pytest.mark.parametrize("how", ["purge", "delete one", "delete the last"])
async def test_messages_that_vanish_from_a_stream_are_put_back(
    cluster: Cluster, bus: TestBus, how: str
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await record(database, *(registered() for _ in range(6)))
            await _until_told(bus, 6)
            async with bus.administer() as jetstream:
                if how == "purge":
                    await jetstream.purge_stream("registry", seq=4)
                else:
                    await jetstream.delete_msg("registry", 3 if how == "delete one" else 6)

            async def is_whole() -> bool:
                ids = {headers["ce-id"] for _, headers, _ in await told(bus)}
                return len(ids) == 6 and await waiting_count(database) == 0

            await until(is_whole)


async def test_a_durable_that_stands_behind_its_streams_end_is_made_anew(bus: TestBus) -> None:
    durable = SUBMISSIONS[0]
    async with bus.administer() as jetstream, connected(bus, "submissions") as own:
        subject = "rollcall.registry.organization.registered.v1"
        for number in range(5):
            await jetstream.publish(subject, b"{}", headers={"Nats-Msg-Id": str(number)})
        bound = await own.jetstream.pull_subscribe_bind(consumer=durable.name, stream="registry")
        for message in await bound.fetch(5, timeout=5):
            await message.ack_sync()
        info = await jetstream.consumer_info("registry", durable.name)
        assert not is_ahead(info, 5)
        assert is_ahead(info, 3)


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("registry", "rollcall.submissions.submission.received.v1"),
        ("submissions", "rollcall.registry.organization.registered.v1"),
        ("registry", "$JS.API.STREAM.DELETE.registry"),
        ("registry", "$JS.API.STREAM.PURGE.registry"),
        ("submissions", "$JS.API.CONSUMER.MSG.NEXT.registry.reporting-hears-registry"),
    ],
)
async def test_pitfall_18_what_a_user_may_not_do_is_said_as_trouble(
    bus: TestBus, user: str, subject: str
) -> None:
    async with connected(bus, user) as own:
        assert own.trouble is None
        await own.client.publish(subject, b"{}")
        await own.client.flush()
        await until(lambda: own.trouble)
        assert "ermissions" in str(own.trouble)
    async with bus.administer() as jetstream:
        assert (await jetstream.stream_info("registry")).state.messages == 0


async def test_pitfall_19_subjects_are_plain_tokens(bus: TestBus) -> None:
    async with bus.administer() as jetstream:
        with pytest.raises(nats.js.errors.Error):
            await jetstream.publish("rollcall.elsewhere.thing.happened.v1", b"{}", stream="registry")


async def _until_told(bus: TestBus, count: int) -> None:
    async def is_told() -> bool:
        async with bus.administer() as jetstream:
            try:
                return (await jetstream.stream_info("registry")).state.messages >= count
            except nats.js.errors.NotFoundError:
                return False

    await until(is_told)
