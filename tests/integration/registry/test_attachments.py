"""Attachments of notices and activities: fetched by whoever may read what names them, and kept as long as it does."""

import hashlib
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.files.scanner import read_address
from services.registry.attachments.handlers import ATTACHMENTS
from services.registry.attachments.store import find_missing
from tests.integration.registry.conftest import World
from tests.support.files import EICAR, a_pdf, a_scanner

PDF = a_pdf()
UNKNOWN = "0191a1f2-7c5e-7a3b-9d4e-5f6071829304"


async def upload(
    world: World, content: bytes = PDF, key: str = "coordinator", name: str = "附件.pdf"
) -> httpx.Response:
    return await world.service.ask(
        "POST", "/v1/attachments", world.keys[key], files={"file": (name, content, "application/pdf")}
    )


async def stored(world: World, content: bytes = PDF, **how: str) -> dict[str, Any]:
    answer = await upload(world, content, **how)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def a_notice(world: World, *addressees: str) -> str:
    body = {"title": "通知", "body": "正文", "addressee_ids": [world.ids[each] for each in addressees]}
    notice = await world.make(f"/v1/campaigns/{world.campaign_id}/notices", body)
    id: str = notice["id"]
    return id


async def an_activity(world: World, host: str = "town") -> str:
    body = {"category": "讲座", "name": "专题讲座", "hosts": [{"organization_id": world.ids[host]}]}
    activity = await world.make(f"/v1/campaigns/{world.campaign_id}/activities", body)
    id: str = activity["id"]
    return id


async def attach(world: World, table: str, id: str, *attachment_ids: str) -> None:
    """Have a notice or an activity name attachments, in the column that its rows have for them."""
    ids = ",".join(f"'{each}'" for each in attachment_ids)
    await world.service.made.execute(
        f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS attachment_ids uuid[] NOT NULL DEFAULT '{{}}';"
        f"UPDATE {table} SET attachment_ids = ARRAY[{ids}]::uuid[] WHERE id = '{id}'"
    )


async def statuses(world: World, id: str) -> dict[str, int]:
    """What each caller is answered, which is the same for what is known of a file and for the file."""
    found = {}
    for key in ("coordinator", "overseer", "reporter", "town", "stranger", "auditor", "ops", "other office"):
        known = await world.get(f"/v1/attachments/{id}", key)
        fetched = await world.get(f"/v1/attachments/{id}/file", key)
        assert known.status_code == fetched.status_code, key
        found[key] = fetched.status_code
    return found


def allowed(*keys: str) -> dict[str, int]:
    callers = ("coordinator", "overseer", "reporter", "town", "stranger", "auditor", "ops", "other office")
    return {key: 200 if key in keys else 404 for key in callers}


async def test_a_file_is_stored_and_fetched_by_its_own_office_until_something_names_it(world: World) -> None:
    made = await stored(world)
    assert made["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert made["organization_id"] == world.ids["office"]
    answer = await world.get(f"/v1/attachments/{made['id']}/file")
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert await statuses(world, made["id"]) == allowed("coordinator", "auditor")
    assert (await world.facts(made["id"])) == [("attachment.stored", 1, "coordinator")]
    assert (await world.items("/v1/attachments")) == [made]


async def test_a_draft_shows_its_attachments_to_the_office_and_an_issued_notice_to_its_addressees(
    world: World,
) -> None:
    made = await stored(world)
    notice = await a_notice(world, "district", "department")
    await attach(world, "notice", notice, made["id"])
    assert await statuses(world, made["id"]) == allowed("coordinator", "auditor")
    await world.make(f"/v1/notices/{notice}/issue", {})
    assert await statuses(world, made["id"]) == allowed("coordinator", "auditor", "overseer", "reporter")


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [
        ("attachment_ids", "uuid[] NOT NULL DEFAULT '{}'", "ARRAY['%s']::uuid[]"),
        ("report_attachment_ids", "uuid[] NOT NULL DEFAULT '{}'", "ARRAY['%s']::uuid[]"),
        ("emergency_plan_id", "uuid", "'%s'"),
        ("threat_assessment_id", "uuid", "'%s'"),
    ],
)
async def test_an_activity_shows_its_attachments_to_whoever_may_read_it(
    world: World, column: str, kind: str, value: str
) -> None:
    made = await stored(world)
    activity = await an_activity(world, "town")
    await world.service.made.execute(
        f"ALTER TABLE activity ADD COLUMN IF NOT EXISTS {column} {kind};"
        f"UPDATE activity SET {column} = {value % made['id']} WHERE id = '{activity}'"
    )
    assert await statuses(world, made["id"]) == allowed("coordinator", "auditor", "town")
    await world.service.made.execute(f"UPDATE activity SET state = 'registered' WHERE id = '{activity}'")
    everybody = ("coordinator", "overseer", "reporter", "town", "stranger", "auditor", "other office")
    assert await statuses(world, made["id"]) == allowed(*everybody)


async def test_the_unit_that_stored_it_finds_it_no_more_once_it_is_named_by_what_it_may_not_read(
    world: World,
) -> None:
    made = await stored(world, key="stranger")
    assert await statuses(world, made["id"]) == allowed("stranger")
    await attach(world, "notice", await a_notice(world, "district"), made["id"])
    assert await statuses(world, made["id"]) == allowed("coordinator", "auditor")


async def test_what_is_named_stays_and_what_is_named_no_more_is_removed(world: World) -> None:
    named, unused = await stored(world), await stored(world, a_pdf("另一个"))
    notice = await a_notice(world, "district")
    await attach(world, "notice", notice, named["id"])
    world.later(hours=25)
    await sweep(world)
    assert [each["id"] for each in await world.items("/v1/attachments")] == [named["id"]]
    assert (await world.get(f"/v1/attachments/{unused['id']}")).status_code == 404
    await attach(world, "notice", notice)
    await sweep(world)
    assert await world.items("/v1/attachments") == []
    assert (await world.facts(named["id"]))[-1] == ("attachment.removed", 2, "system")
    folder = world.service.running.files
    assert folder is not None
    assert [path for path in folder.settings.incoming_folder.parent.rglob("*") if path.is_file()] == []


async def sweep(world: World) -> None:
    files = world.service.running.files
    assert files is not None
    await ATTACHMENTS.remove_unused(world.service.database)
    await ATTACHMENTS.remove_contents(world.service.database, files, grace_seconds=0)


async def test_who_writes_nothing_stores_nothing(world: World) -> None:
    for key in ("auditor", "ops"):
        assert (await upload(world, key=key)).status_code == 403
    assert (await world.get("/v1/attachments", "ops")).status_code == 403


async def test_a_file_with_a_classification_mark_is_refused(world: World) -> None:
    answer = await upload(world, name="绝密★方案.pdf")
    assert (answer.status_code, answer.json()["code"]) == (422, "classified_content")
    assert answer.json()["errors"][0]["field"] == "filename"


async def test_what_the_scanner_refuses_is_not_fetched(world: World) -> None:
    files = world.service.running.files
    assert files is not None
    made = await stored(world, a_pdf(EICAR.decode()))
    async with a_scanner() as scanner:
        await ATTACHMENTS.scan_next(world.service.database, files, read_address(scanner.url))
    answer = await world.get(f"/v1/attachments/{made['id']}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_scanner")
    assert (await world.facts(made["id"]))[-1] == ("attachment.refused", 2, "system")


async def test_unknown_attachments_are_named(world: World) -> None:
    made = await stored(world)
    async with world.service.database.reading() as connection:
        missing = await find_missing(connection, [UUID(made["id"]), UUID(UNKNOWN)])
    assert [str(id) for id in missing] == [UNKNOWN]
