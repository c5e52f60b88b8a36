"""A small campaign in a running installation: a few units that owe one summary."""

from dataclasses import dataclass
from typing import Any

from tests.support.installation import Installation

SECTIONS = ["特色内容", "创新做法", "亮点活动"]


@dataclass
class SmallCampaign:
    """`keys` and `assignments` are by the unit's id."""

    installation: Installation
    id: str
    deliverable_id: str
    keys: dict[str, str]
    assignments: dict[str, str]

    async def hand_in(self, unit: str, text: str, idempotency_key: str) -> Any:
        """The receipt of one submission; the same key and text again is the same receipt."""
        return await self.installation.ask_until(
            "POST",
            "submissions",
            "/v1/submissions",
            201,
            self.keys[unit],
            json={"assignment_id": self.assignments[unit], "sections": dict.fromkeys(SECTIONS, text)},
            headers={"Idempotency-Key": idempotency_key},
        )


async def open_small_campaign(installation: Installation, unit_count: int = 3) -> SmallCampaign:
    """Units, their keys, a campaign and a deliverable that is due far ahead; returns when submissions knows."""
    ask = installation.ask_until
    office = (await ask("GET", "registry", "/v1/me", 200))["organization"]["id"]
    keys: dict[str, str] = {}
    for number in range(unit_count):
        unit = await ask(
            "POST",
            "registry",
            "/v1/organizations",
            201,
            json={
                "name": f"第{number + 1}单位",
                "kind": "department",
                "parent_id": office,
                "sort_order": number,
            },
        )
        made = {"organization_id": unit["id"], "role": "reporter", "label": "test"}
        keys[unit["id"]] = (await ask("POST", "registry", "/v1/keys", 201, json=made))["key"]
    campaign = await ask(
        "POST",
        "registry",
        "/v1/campaigns",
        201,
        json={
            "name": "活动周",
            "theme": "主题",
            "starts_on": "2030-09-09",
            "ends_on": "2030-09-15",
            "timezone": "Asia/Shanghai",
            "issuer_id": office,
        },
    )
    deliverable = await ask(
        "POST",
        "registry",
        f"/v1/campaigns/{campaign['id']}/deliverables",
        201,
        json={
            "kind": "activity_summary",
            "title": "活动总结",
            "due_on": "2030-09-16",
            "sections": SECTIONS,
            "owed_by": list(keys),
        },
    )
    assignments = {}
    for unit_id, key in keys.items():
        while not (page := await ask("GET", "submissions", "/v1/assignments", 200, key))["items"]:
            pass
        assignments[unit_id] = page["items"][0]["id"]
    return SmallCampaign(installation, campaign["id"], deliverable["id"], keys, assignments)
