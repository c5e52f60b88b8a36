"""Moves of activities over HTTP: each with who, when and why, none into a state where it may not be."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis.identity import new_id
from services.registry.activities.moves import MOVES
from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"
STARTS = "2024-09-10T01:30:00Z"
AFTER = datetime(2024, 9, 10, 4, tzinfo=UTC)
LATER = {"starts_at": "2024-09-11T01:30:00Z", "reason": "改期"}
WHY = {"reason": "台风"}


async def attach(world: World, unit: str = "office") -> str:
    """A file of this unit's, as it is kept."""
    id = new_id()
    async with world.service.database.transaction() as tx:
        await tx.connection.execute(
            """
            INSERT INTO attachment (id, version, created_at, updated_at, organization_id, filename, media_type, size,
                                    sha256)
            VALUES ($1, 1, now(), now(), $2, 'plan.pdf', 'application/pdf', 1, repeat('a', 64))
            """,
            id,
            UUID(world.ids[unit]),
        )
    return str(id)


async def make(world: World, **fields: Any) -> str:
    """The path of a draft that lacks nothing for confirming but what the test leaves out."""
    values = {
        "category": "讲座",
        "name": "专题讲座",
        "hosts": [{"organization_id": world.ids["department"]}],
        "mode": "online",
        "starts_at": STARTS,
        "threat_assessment_id": await attach(world),
        **fields,
    }
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/activities", values)
    return f"/v1/activities/{made['id']}"


async def go(world: World, path: str, *moves: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Make these moves one after the other."""
    answer: dict[str, Any] = {}
    for move, body in moves:
        answer = await world.make(f"{path}/{move}", body)
    return answer


async def test_an_activity_goes_from_draft_to_reported_and_each_move_is_kept(world: World) -> None:
    path = await make(world)
    await go(world, path, ("register", {"reason": "已审"}), ("confirm", {}))
    world.at(AFTER)
    held = await go(world, path, ("hold", {"turnout": 1200, "actual_starts_at": "2024-09-10T01:35:00Z"}))
    assert (held["state"], held["turnout"], held["actual_starts_at"]) == (
        "held",
        1200,
        "2024-09-10T01:35:00Z",
    )
    file = await attach(world)
    report = {"summary": "顺利举行。", "links": ["https://www.example.cn/1"], "attachment_ids": [file]}
    reported = await go(world, path, ("report", report))
    assert (reported["state"], reported["version"], reported["turnout"]) == ("reported", 5, 1200)
    assert (reported["links"], reported["report_attachment_ids"]) == (report["links"], [file])
    moves = await world.items(f"{path}/history", "stranger")
    assert [(each["move"], each["from"], each["to"], each["version"]) for each in moves] == [
        ("draft", None, "draft", 1),
        ("register", "draft", "registered", 2),
        ("confirm", "registered", "confirmed", 3),
        ("hold", "confirmed", "held", 4),
        ("report", "held", "reported", 5),
    ]
    assert [each["reason"] for each in moves] == [None, "已审", None, None, None]
    assert moves[3]["at"] == "2024-09-10T04:00:00Z"
    me = (await world.get("/v1/me")).json()
    assert moves[1]["by"] == {
        "key_id": me["key_id"],
        "organization_id": world.ids["office"],
        "role": "coordinator",
    }
    facts = [fact for fact, _, _ in await world.facts(path.rsplit("/", 1)[1])]
    assert facts[2:] == ["activity.confirmed", "activity.held", "activity.reported"]


async def test_a_history_comes_in_pages_and_leaves_out_what_is_no_move(world: World) -> None:
    path = await make(world)
    await world.patch(path, {"name": "讲座"}, version=1)
    await go(world, path, ("register", {}), ("reschedule", LATER), ("postpone", WHY))
    first = (await world.get(f"{path}/history?limit=2")).json()
    rest = (await world.get(f"{path}/history?limit=2&cursor={first['next_cursor']}")).json()
    assert [each["move"] for each in first["items"]] == ["draft", "register"]
    assert [(each["move"], each["starts_at"]) for each in rest["items"]] == [
        ("reschedule", "2024-09-11T01:30:00Z"),
        ("postpone", None),
    ]
    assert rest["next_cursor"] is None


async def test_a_move_that_does_not_start_here_is_refused_with_those_that_do(world: World) -> None:
    path = await make(world)
    refused = await world.post(f"{path}/hold", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "move_not_possible")
    assert refused.json()["state"] == "draft"
    assert refused.json()["possible_moves"] == ["register", "reschedule", "cancel"]
    assert "possible now: register, reschedule, cancel" in refused.json()["detail"]
    await go(world, path, ("cancel", WHY))
    for move, body in {"register": {}, "reschedule": LATER, "cancel": WHY}.items():
        again = await world.post(f"{path}/{move}", body)
        assert (again.status_code, again.json()["possible_moves"]) == (409, [])


async def test_postponing_rescheduling_and_cancelling_say_why(world: World) -> None:
    path = await make(world)
    for move in ("postpone", "cancel", "reschedule"):
        for body in ({}, {"reason": None}, {"reason": " "}):
            answer = await world.post(
                f"{path}/{move}", {"starts_at": STARTS, **body} if move == "reschedule" else body
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (move, body)


async def test_confirming_names_all_that_is_missing(world: World) -> None:
    bare = {"starts_at": None, "threat_assessment_id": None}
    path = await make(world, mode="both", schedule_note="9月上旬", **bare)
    await go(world, path, ("register", {}))
    refused = await world.post(f"{path}/confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmation_incomplete")
    assert refused.json()["missing"] == ["starts_at", "place", "emergency_plan_id", "threat_assessment_id"]
    plan, threat = await attach(world, "department"), await attach(world)
    body = {"starts_at": STARTS, "place": "会场", "emergency_plan_id": plan, "threat_assessment_id": threat}
    assert (await world.patch(path, body, version=2)).status_code == 200
    assert (await go(world, path, ("confirm", {})))["state"] == "confirmed"


async def test_a_confirmed_activity_keeps_the_plan_that_it_was_confirmed_with(world: World) -> None:
    path = await make(world)
    await go(world, path, ("register", {}), ("confirm", {}))
    for body, missing in (
        ({"threat_assessment_id": None}, ["threat_assessment_id"]),
        ({"mode": "offline"}, ["place", "emergency_plan_id"]),
        ({"mode": None}, ["mode"]),
    ):
        refused = await world.patch(path, body, version=3)
        assert (refused.status_code, refused.json()["missing"]) == (409, missing)
    other = await world.patch(path, {"threat_assessment_id": await attach(world)}, version=3)
    assert (other.status_code, other.json()["version"]) == (200, 4)


async def test_an_attachment_that_nobody_knows_is_named_by_its_place(world: World) -> None:
    known = await attach(world)
    path = await make(world)
    for body, field in (
        ({"emergency_plan_id": NEVER}, "emergency_plan_id"),
        ({"threat_assessment_id": NEVER}, "threat_assessment_id"),
        ({"attachment_ids": [known, NEVER]}, "attachment_ids.1"),
    ):
        refused = await world.patch(path, body, version=1)
        assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
        assert [each["field"] for each in refused.json()["errors"]] == [field]
    await go(world, path, ("register", {}), ("confirm", {}))
    world.at(AFTER)
    await go(world, path, ("hold", {}))
    report = {"summary": "好", "turnout": 1, "attachment_ids": [NEVER]}
    assert (await world.post(f"{path}/report", report)).json()["errors"][0]["field"] == "attachment_ids.0"


async def test_a_unit_attaches_its_own_files_and_knows_of_no_others(world: World) -> None:
    own, foreign = await attach(world, "department"), await attach(world, "office")
    path = f"/v1/campaigns/{world.campaign_id}/activities"
    body = {"category": "讲座", "name": "讲座", "hosts": [{"organization_id": world.ids["department"]}]}
    taken = await world.post(path, body | {"attachment_ids": [own]}, "reporter")
    assert (taken.status_code, taken.json()["attachment_ids"]) == (201, [own])
    refused = await world.post(path, body | {"emergency_plan_id": foreign}, "reporter")
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")


async def test_an_issuer_attaches_files_of_its_subtree_and_knows_of_no_others(world: World) -> None:
    """To name a file is to be shown it: a district must not come by another's in its own campaign."""
    above = world.ids["other district"]
    await world.open_campaign("other office", "other district", parent_id=world.campaign_id)
    (campaign,) = await world.items(f"/v1/campaigns?issuer_id={above}")
    own, foreign, office = [await attach(world, unit) for unit in ("other district", "district", "office")]
    path = f"/v1/campaigns/{campaign['id']}/activities"
    body = {"category": "讲座", "name": "讲座", "hosts": [{"organization_id": above}]}
    for fields in (
        {"emergency_plan_id": foreign},
        {"threat_assessment_id": office},
        {"attachment_ids": [own, foreign]},
    ):
        refused = await world.post(path, body | fields, "other office")
        assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown"), fields
    made = await world.post(path, body | {"emergency_plan_id": own}, "other office")
    assert made.status_code == 201, made.text
    changed = await world.service.ask(
        "PATCH",
        f"/v1/activities/{made.json()['id']}",
        world.keys["other office"],
        json={"attachment_ids": [foreign]},
        headers={"If-Match": '"1"'},
    )
    assert (changed.status_code, changed.json()["code"]) == (422, "attachment_unknown")
    assert (await world.get(f"/v1/attachments/{foreign}", "other office")).status_code == 404


async def test_a_postponed_activity_shows_its_former_time_and_comes_back_as_it_was(world: World) -> None:
    path = await make(world, place="线上")
    postponed = await go(world, path, ("register", {}), ("confirm", {}), ("postpone", WHY))
    assert (postponed["state"], postponed["starts_at"], postponed["reason"]) == ("postponed", None, "台风")
    assert (postponed["former_starts_at"], postponed["state_before"]) == (STARTS, "confirmed")
    refused = await world.patch(path, {"starts_at": STARTS}, version=4)
    assert (refused.status_code, refused.json()["code"]) == (409, "schedule_settled")
    back = await go(world, path, ("reschedule", LATER))
    assert (back["state"], back["starts_at"], back["place"]) == ("confirmed", LATER["starts_at"], "线上")
    assert (back["former_starts_at"], back["state_before"]) == (None, None)
    cancelled = await go(world, path, ("postpone", WHY), ("cancel", WHY))
    assert (cancelled["state_before"], cancelled["former_starts_at"]) == ("confirmed", LATER["starts_at"])


async def test_nothing_is_held_before_it_starts(world: World) -> None:
    path = await make(world)
    await go(world, path, ("register", {}), ("confirm", {}))
    early = await world.post(f"{path}/hold", {"turnout": 3})
    assert (early.status_code, early.json()["code"]) == (409, "not_begun_yet")
    world.at(datetime.fromisoformat(STARTS))
    assert (await world.post(f"{path}/hold", {"turnout": 3})).status_code == 200


async def test_figures_and_links_that_cannot_be_are_refused_and_unlikely_ones_are_said(world: World) -> None:
    path = await make(world)
    await go(world, path, ("register", {}), ("confirm", {}))
    world.at(AFTER)
    times = {"actual_starts_at": "2024-09-10T03:00:00Z", "actual_ends_at": "2024-09-10T02:00:00Z"}
    for body in ({"turnout": -1}, {"turnout": 1.0}, {"turnout": "3"}, {"turnout": 10**12}, times):
        assert (await world.post(f"{path}/hold", body)).status_code == 422, body
    held = await go(world, path, ("hold", {"turnout": 1_000_001}))
    assert [each["code"] for each in held["warnings"]] == ["turnout_implausible"]
    links: list[Any] = [
        "http://www.example.cn",
        "https://",
        "www.example.cn",
        "https://a@b.cn/",
        "javascript:x",
    ]
    links += ["https://a.cn/\n", "https://a.cn/ b", "https://a.cn:99999/"]
    for link in links:
        answer = await world.post(f"{path}/report", {"summary": "好", "links": [link]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "links.0"), link
    many = {"summary": "好", "links": [f"https://a.cn/{nth}" for nth in range(21)]}
    assert (await world.post(f"{path}/report", many)).status_code == 422
    reported = await go(world, path, ("report", {"summary": "好", "turnout": 900}))
    assert (reported["turnout"], reported["warnings"]) == (900, [])


async def test_a_report_needs_a_turnout_unless_it_was_told(world: World) -> None:
    path = await make(world)
    await go(world, path, ("register", {}), ("confirm", {}))
    world.at(AFTER)
    await go(world, path, ("hold", {}))
    refused = await world.post(f"{path}/report", {"summary": "好"})
    assert (refused.status_code, refused.json()["code"]) == (422, "turnout_missing")


async def test_each_move_is_for_the_version_that_was_seen_and_once_for_one_request(world: World) -> None:
    path = await make(world)
    assert (await world.post(f"{path}/register", {}, If_Match='"7"')).status_code == 412
    first = await world.post(f"{path}/register", {}, If_Match='"1"', Idempotency_Key="once")
    again = await world.post(f"{path}/register", {}, If_Match='"1"', Idempotency_Key="once")
    assert (first.status_code, first.content) == (200, again.content)
    both = await asyncio.gather(*[world.post(f"{path}/confirm", {}) for _ in range(2)])
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert len(await world.facts(path.rsplit("/", 1)[1])) == 3


PLANS = ("emergency_plan_id", "threat_assessment_id")
# Those that need others before them stand twice: a short walk is to come to them.
ACTIONS = [*MOVES, "confirm", "confirm", "hold", "hold", "report", "attach", "take away", "take away", "wait"]


class MovesOverHttp(RuleBasedStateMachine):
    """Any move after any other, by a client; `world` and `wait` are given by the test."""

    world: World
    wait: Callable[[Awaitable[Any]], Any]
    plan: str

    @initialize(
        mode=st.sampled_from(["offline", "online"]), has_plan=st.booleans(), is_registered=st.booleans()
    )
    def draft(self, mode: str, has_plan: bool, is_registered: bool) -> None:
        self.world.at(AFTER - timedelta(days=3))
        plan = self.plan if has_plan else None
        fields = {"mode": mode, "emergency_plan_id": plan, "threat_assessment_id": plan, "place": "会场"}
        self.path = self.wait(make(self.world, **fields))
        self.version = 1
        self.moves: list[tuple[str | None, str]] = [(None, "draft")]
        if is_registered:
            self.make("register")

    def ask(self, request: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        answer: httpx.Response = self.wait(request)
        assert answer.status_code in (200, 409), answer.text
        self.version += answer.status_code == 200
        return answer

    @rule(action=st.sampled_from(ACTIONS))
    def act(self, action: str) -> None:
        if action == "wait":
            self.world.later(days=1)
        elif action in ("attach", "take away"):
            body = dict.fromkeys(PLANS, self.plan if action == "attach" else None)
            self.ask(self.world.patch(self.path, body, version=self.version))
        else:
            self.make(action)

    def make(self, move: str) -> None:
        bodies: dict[str, dict[str, Any]] = {
            "postpone": WHY,
            "cancel": WHY,
            "reschedule": LATER,
            "report": {"summary": "好", "turnout": 1},
        }
        answer = self.ask(self.world.post(f"{self.path}/{move}", bodies.get(move, {})))
        if answer.status_code == 200:
            self.moves.append((self.moves[-1][1], answer.json()["state"]))
        elif answer.json()["code"] == "move_not_possible":
            assert move not in answer.json()["possible_moves"]

    @invariant()
    def the_history_is_what_was_done(self) -> None:
        activity = self.wait(self.world.get(self.path)).json()
        history = self.wait(self.world.items(f"{self.path}/history"))
        assert activity["version"] == self.version
        assert activity["state"] == self.moves[-1][1]
        assert [(each["from"], each["to"]) for each in history] == self.moves
        if activity["state"] in ("confirmed", "held", "reported"):
            plan = "emergency_plan_id" if activity["mode"] == "offline" else "threat_assessment_id"
            assert activity[plan] is not None


async def test_no_way_over_http_leads_into_a_forbidden_state(world: World) -> None:
    loop = asyncio.get_running_loop()

    class Machine(MovesOverHttp):
        wait = staticmethod(lambda request: asyncio.run_coroutine_threadsafe(request, loop).result(30))

    Machine.world, Machine.plan = world, await attach(world)
    limits = settings(
        max_examples=12,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=limits)
