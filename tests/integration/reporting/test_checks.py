"""Checks of the counters, their first filling, their checkpoints and the metrics made of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.reporting.counters import metrics as counter_metrics
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.checks import check
from services.reporting.counters.metrics import CounterMetrics, FigureMetrics, read_figures
from services.reporting.sweeps import make_sweeps
from tests.integration.reporting.conftest import START, World
from tests.integration.reporting.histories import a_history
from tests.integration.reporting.plain import overview_at, shown

PASTS = (
    "assignment_past",
    "submission_past",
    "acknowledgement_past",
    "organization_past",
    "deliverable_past",
)
COUNTED = ("placement", "cell", "movement", "counter", "quarter", "matrix_row", "activity_past")


async def execute(world: World, *statements: str) -> None:
    async with world.service.database.transaction() as tx:
        for statement in statements:
            await tx.connection.execute(statement)


async def check_all(world: World) -> CounterMetrics:
    found = CounterMetrics(CollectorRegistry())
    await check(world.service.database, found)
    return found


def drifted(metrics: CounterMetrics) -> float:
    samples = [sample for metric in metrics.drifted.collect() for sample in metric.samples]
    return next(sample.value for sample in samples if sample.name.endswith("_total"))


async def owe(world: World) -> list[Any]:
    north, south = world.facts.assignment("north"), world.facts.assignment("south")
    await world.service.hear(
        north, south, world.facts.submission(north), world.facts.acknowledgement("north")
    )
    return [north, south]


async def test_counters_that_are_right_are_left_alone(world: World) -> None:
    await owe(world)
    assert drifted(await check_all(world)) == 0


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("UPDATE counter SET actual = actual + 7, owed = owed - 7 WHERE expected > 0", "actual"),
        ("DELETE FROM counter WHERE acknowledgements_owed > 0", "acknowledgements_owed"),
        ("UPDATE matrix_row SET cells = '{}'", "row"),
    ],
)
async def test_a_drift_is_counted_named_and_mended(world: World, harm: str, name: str) -> None:
    await owe(world)
    paths = ("overview", "matrix", "timeline")
    before = [await world.get(path) for path in paths]
    await execute(world, harm)
    assert drifted(await check_all(world)) > 0
    assert [{**await world.get(path), "behind_seconds": 0} for path in paths] == [
        {**answer, "behind_seconds": 0} for answer in before
    ]
    drifts = (await world.service.ask("GET", "/v1/drifts", world.keys["ops"])).json()["items"]
    assert {key for drift in drifts for key in drift["expected"]} >= {name}
    assert drifted(await check_all(world)) == 0
    assert (await world.service.ask("GET", "/v1/drifts", world.keys["office"])).status_code == 403


async def test_what_an_earlier_release_heard_is_counted_once_and_is_history_from_then_on(
    world: World,
) -> None:
    await owe(world)
    await world.service.hear(world.facts.activity(1, "甲", "一"))
    before = {path: await world.get(path) for path in ("overview", "matrix", "activities")}
    await execute(world, *(f"DELETE FROM {table}" for table in (*PASTS, *COUNTED, "counting")))
    path = f"/v1/campaigns/{world.facts.campaign_id}/overview"
    refused = await world.service.ask("GET", path, world.keys["office"])
    assert (refused.status_code, refused.json()["code"]) == (503, "counters_not_filled")
    world.service.clock.set(START + timedelta(minutes=5))
    await check_all(world)
    world.service.clock.set(START)
    for name, answer in before.items():
        again = await world.get(name)
        assert {**again, "behind_seconds": 0} == {**answer, "behind_seconds": 0}
    world.service.clock.set(START + timedelta(minutes=10))
    at = START.isoformat().replace("+", "%2B")
    refused = await world.service.ask("GET", f"{path}?as_of={at}", world.keys["office"])
    assert (refused.status_code, refused.json()["code"]) == (422, "history_not_kept")
    later = (START + timedelta(minutes=6)).isoformat().replace("+", "%2B")
    assert (await world.get(f"overview?as_of={later}"))["actual"] == 1


async def test_with_checkpoints_every_moment_is_what_it_is_without_and_late_facts_amend_them(
    world: World,
) -> None:
    history = a_history(7, steps=60)
    held_back = history.events[25:30]
    await world.service.hear(*history.events[:25], *history.events[30:])
    key = await world.service.let_in(history.facts.ids["office"], "coordinator")
    world.service.clock.set(START + timedelta(days=2))
    await keep_checkpoints(world.service.database, every=3)
    async with world.service.database.reading() as connection:
        assert await connection.fetchval("SELECT count(*) FROM checkpoint") > 5
    await world.service.hear(*held_back)
    for moment in sorted({event.aggregate.updated_at for event in history.events}):
        at = moment.isoformat().replace("+", "%2B")
        path = f"/v1/campaigns/{history.facts.campaign_id}/overview?as_of={at}"
        answer = (await world.service.ask("GET", path, key)).json()
        assert shown(answer) == overview_at(history.events, history.facts.campaign_id, moment), moment


def read_series(registry: CollectorRegistry) -> Sequence[str]:
    text = generate_latest(registry).decode()
    return [line for line in text.splitlines() if line.startswith("rollcall_reporting_figures")]


async def test_figures_are_metrics_in_a_bounded_number_of_series(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owe(world)
    registry = CollectorRegistry()
    metrics = FigureMetrics(registry)
    async with world.service.database.reading() as connection:
        rows = await read_figures(connection, START)
    metrics.show(rows)
    labels = f'campaign="{world.facts.campaign_id}",deliverable="{world.facts.deliverable_id}"'
    assert f"rollcall_reporting_figures_owed_count{{{labels}}} 1.0" in read_series(registry)
    assert f"rollcall_reporting_figures_on_time_count{{{labels}}} 1.0" in read_series(registry)
    assert any("unacknowledged" in line and line.endswith("1.0") for line in read_series(registry))
    monkeypatch.setattr(counter_metrics, "LIMIT", 1)
    metrics.show(rows)
    assert "rollcall_reporting_figures_left_out_count 1.0" in read_series(registry)
    assert len(read_series(registry)) <= 6
    async with world.service.database.reading() as connection:
        assert await read_figures(connection, START + timedelta(days=90)) == []


async def test_the_service_checks_its_counters_and_shows_its_figures_by_the_clock(world: World) -> None:
    await owe(world)
    running = world.service.running
    works = {each.name: each.work for each in make_sweeps(running)}
    for name in ("counters", "checkpoints", "figures"):
        await works[name]()
    text = generate_latest(running.registry).decode()
    assert "rollcall_reporting_counters_drifted_total 0.0" in text
    assert "rollcall_reporting_counters_checked_seconds" in text
    assert any(line.endswith(" 1.0") for line in read_series(running.registry))
