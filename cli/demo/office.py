"""The office's side of the demo: the register, the plan, the notice, the reviews."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cli.demo.client import Client
from cli.demo.days import moment
from cli.demo.texts import NOTICE


@dataclass
class Office:
    """The coordinator at work, over the APIs. `units` maps a name to its id, without the office itself."""

    client: Client
    example: Path
    id: str = ""
    name: str = ""
    campaign_id: str = ""
    notice_id: str = ""
    plan_id: str = ""
    summary_id: str = ""
    due_warning: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    async def set_up(self) -> None:
        """The register of units, a key for each, and where they are told things."""
        me = await self.client.get("registry", "/v1/me")
        self.id = me["organization"]["id"]
        with (self.example / "organizations.csv").open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        for row in rows:
            await self._register(row)
        for name, id in self.units.items():
            asked = {"organization_id": id, "role": "reporter", "label": name}
            self.keys[name] = (await self.client.post("registry", "/v1/keys", asked))["key"]

    async def _register(self, row: Mapping[str, str]) -> None:
        body: dict[str, Any] = {
            "name": row["name"],
            "short_name": row["short_name"] or None,
            "kind": row["kind"],
            "aliases": [alias for alias in row["aliases"].split(";") if alias],
            "sort_order": int(row["sort_order"]),
        }
        if not row["parent"]:
            present = await self.client.get("registry", f"/v1/organizations/{self.id}")
            await self.client.patch("registry", f"/v1/organizations/{self.id}", present["version"], body)
            self.name, self.ids[row["name"]] = row["name"], self.id
            return
        body["parent_id"] = self.ids[row["parent"]]
        made = await self.client.post("registry", "/v1/organizations", body)
        self.units[row["name"]] = self.ids[row["name"]] = made["id"]

    async def open_campaign(self) -> None:
        """The campaign and its theme days, from the facts of the notice."""
        facts = yaml.safe_load((self.example / "campaign.yaml").read_text(encoding="utf-8"))
        named = facts["campaign"]
        body = {
            "name": named["name"],
            "theme": named["theme"],
            "starts_on": str(named["starts_on"]),
            "ends_on": str(named["ends_on"]),
            "timezone": named["timezone"],
            "issuer_id": self.id,
            "based_on": named["based_on"],
        }
        self.campaign_id = (await self.client.post("registry", "/v1/campaigns", body))["id"]
        for day in facts["theme_days"]:
            organisers = [await self._resolve(name) for name in day["organisers"]]
            theme_day = {"date": str(day["date"]), "name": day["name"], "organiser_ids": organisers}
            await self.client.post("registry", f"/v1/campaigns/{self.campaign_id}/theme-days", theme_day)

    async def _resolve(self, name: str) -> str:
        """The unit that a name means: by the register, or with the city's name before it."""
        for text in (name, f"苏州{name}"):
            answer = await self.client.post("registry", "/v1/organizations/resolve", {"names": [text]})
            found: str | None = answer["results"][0]["organization_id"]
            if found is not None:
                return found
        raise LookupError(f"no unit of the register is {name}: {answer['results'][0]['candidates']}")

    async def import_annex(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Preview the annex, decide what no rule resolves, apply it; the preview and the outcome."""
        annex = (self.example / "annex.xlsx").read_bytes()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        preview = await self.client.post(
            "registry",
            f"/v1/campaigns/{self.campaign_id}/imports",
            files={"file": ("annex.xlsx", annex, kind)},
            data={"kind": "activities"},
        )
        decisions = self._decisions()
        outcome = await self.client.post(
            "registry", f"/v1/imports/{preview['id']}/apply", {"decisions": decisions}
        )
        return preview, outcome

    def _decisions(self) -> list[dict[str, Any]]:
        """The file of decisions, with names turned into ids."""
        listed = yaml.safe_load((self.example / "decisions.yaml").read_text(encoding="utf-8"))
        return [self._decision(each) for each in listed["decisions"]]

    def _decision(self, listed: Mapping[str, Any]) -> dict[str, Any]:
        decision = dict(listed)
        if "organization" in decision:
            decision["organization_id"] = self.ids[decision.pop("organization")]
        if "new_organization" in decision:
            wanted = dict(decision["new_organization"])
            wanted["parent_id"] = self.ids[wanted.pop("parent")]
            decision["new_organization"] = wanted
        return decision

    async def issue_notice(self) -> None:
        """The notice to every unit, and what it asks for."""
        path = f"/v1/campaigns/{self.campaign_id}"
        units = list(self.units.values())
        notice = await self.client.post(
            "registry",
            f"{path}/notices",
            {
                "title": "关于印发《2024年苏州市网络安全宣传周活动实施方案》的通知",
                "body": NOTICE,
                "addressee_ids": units,
                "acknowledge_by": moment(9, 4, 18).isoformat(),
            },
        )
        self.notice_id = notice["id"]
        plan = {
            "kind": "implementation_plan",
            "title": "实施方案",
            "sections": ["实施方案"],
            "owed_by": units,
        }
        self.plan_id = (await self.client.post("registry", f"{path}/deliverables", plan | {"due_on": None}))[
            "id"
        ]
        summary = {
            "kind": "activity_summary",
            "title": "活动总结",
            "due_on": "2024-09-16",
            "sections": ["特色内容", "创新做法", "亮点活动"],
            "owed_by": units,
        }
        answer = await self.client.post("registry", f"{path}/deliverables", summary)
        self.summary_id, self.due_warning = answer["id"], answer["warnings"][0]
        await self.client.post("registry", f"/v1/notices/{self.notice_id}/issue", {})

    async def date_plan(self) -> None:
        """The plan had no date at first: it gets one."""
        body = {"due_on": "2024-09-06", "due_time": "18:00", "reason": "与宣传周启动衔接"}
        await self.client.put("registry", f"/v1/deliverables/{self.plan_id}/due", body)

    async def announce_opening(self, place: str) -> dict[str, Any]:
        """The opening ceremony gets its time and place, which the notice had left open."""
        async for activity in self.client.pages("registry", f"/v1/campaigns/{self.campaign_id}/activities"):
            if activity["serial_number"] == 1:
                body = {
                    "starts_at": moment(9, 9, 9, 30).isoformat(),
                    "ends_at": moment(9, 9, 11, 30).isoformat(),
                    "place": place,
                    "reason": "通知原文：具体时间、地点将另行通知",
                }
                path = f"/v1/activities/{activity['id']}/reschedule"
                answer: dict[str, Any] = await self.client.post("registry", path, body)
                return answer
        raise LookupError("the annex's first activity is not on the register")
