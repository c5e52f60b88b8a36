"""Who may do what: each rule of the registry as a table of principals and resources."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.access import Principal
from chassis.refusals import NotFound, Refusal
from contracts.registry.activities import Activity, Host
from contracts.registry.campaigns import Campaign
from contracts.registry.organizations import Organization
from services.registry import rules
from services.registry.rules import Standing

CITY, DISTRICT, TOWN, OTHER, APART = (UUID(int=number) for number in range(1, 6))
# Each organization and those above it; APART is a root that is no office.
LINES = {
    CITY: (CITY,),
    DISTRICT: (DISTRICT, CITY),
    TOWN: (TOWN, DISTRICT, CITY),
    OTHER: (OTHER, CITY),
    APART: (APART,),
}
NAMES = {"city": CITY, "district": DISTRICT, "town": TOWN, "other": OTHER, "apart": APART}
ROLES = ("coordinator", "overseer", "reporter", "auditor", "ops")
NOW = datetime(2024, 8, 30, tzinfo=UTC)


def asks(unit: UUID, role: str) -> Principal:
    return Principal(UUID(int=99), unit, role)


def stands(principal: Principal, unit: UUID) -> Standing:
    return Standing(principal.organization_id == CITY, LINES[unit])


def campaign_of(issuer: UUID) -> Campaign:
    return Campaign(
        id=UUID(int=50),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        name="活动周",
        theme="主题",
        starts_on=date(2024, 9, 9),
        ends_on=date(2024, 9, 15),
        timezone="Asia/Shanghai",
        issuer_id=issuer,
    )


def refusal_of(call: Any, *arguments: Any) -> type[Refusal] | None:
    try:
        call(*arguments)
    except Refusal as refused:
        return type(refused)
    return None


# Whose register it is: rows are whose coordinator asks, columns are what stands where.
KEEPS = """
              city district town other apart
    city      yes  yes      yes  yes   yes
    district  no   yes      yes  no    no
    town      no   no       yes  no    no
    other     no   no       no   yes   no
    apart     no   no       no   no    yes
"""
# What is seen of the district's campaign: everything but drafts, and drafts.
SEES = """
                          all drafts runs
    city coordinator      yes no     no
    city auditor          yes no     no
    city overseer         no  no     no
    city reporter         no  no     no
    district coordinator  yes yes    yes
    district auditor      yes yes    no
    district overseer     no  no     no
    district reporter     no  no     no
    district ops          no  no     no
    town coordinator      no  no     no
    town auditor          no  no     no
    other coordinator     no  no     no
    other auditor         no  no     no
    apart auditor         no  no     no
"""


def rows_of(table: str, labels: int) -> list[tuple[list[str], dict[str, bool]]]:
    head, *lines = (line.split() for line in table.strip().splitlines())
    return [
        (line[:labels], {name: cell == "yes" for name, cell in zip(head, line[labels:], strict=True)})
        for line in lines
    ]


@pytest.mark.parametrize(("asker", "expected"), rows_of(KEEPS, 1))
def test_a_coordinator_keeps_what_the_table_says_and_no_other_role_keeps_anything(
    asker: list[str], expected: dict[str, bool]
) -> None:
    for role in ROLES:
        principal = asks(NAMES[asker[0]], role)
        kept = {name: rules.keeps(principal, stands(principal, NAMES[name])) for name in expected}
        assert kept == (expected if role == "coordinator" else dict.fromkeys(expected, False))


@pytest.mark.parametrize(("asker", "expected"), rows_of(SEES, 2))
def test_what_each_sees_of_a_districts_campaign(asker: list[str], expected: dict[str, bool]) -> None:
    principal, campaign = asks(NAMES[asker[0]], asker[1]), campaign_of(DISTRICT)
    assert {
        "all": rules.sees_all(principal, campaign, LINES[DISTRICT]),
        "drafts": rules.sees_drafts(principal, campaign),
        "runs": rules.runs(principal, campaign),
    } == expected


def test_without_the_line_of_its_issuer_a_campaign_is_seen_by_the_issuers_own_alone() -> None:
    campaign = campaign_of(DISTRICT)
    assert rules.sees_all(asks(DISTRICT, "auditor"), campaign)
    assert not rules.sees_all(asks(CITY, "auditor"), campaign)


def test_what_stands_elsewhere_is_not_found_and_the_wrong_role_is_told_so() -> None:
    for unit in (CITY, OTHER, APART):
        principal = asks(DISTRICT, "coordinator")
        assert refusal_of(rules.check_keeps, principal, stands(principal, unit), "key", unit) is NotFound
    for role in ROLES[1:]:
        principal = asks(DISTRICT, role)
        refused = refusal_of(rules.check_keeps, principal, stands(principal, TOWN), "key", TOWN)
        assert refused is rules.NotAllowed


def test_only_the_office_at_the_root_makes_another_root() -> None:
    for unit, refused in ((CITY, None), (DISTRICT, rules.OutsideSubtree), (APART, rules.OutsideSubtree)):
        principal = asks(unit, "coordinator")
        assert refusal_of(rules.check_may_place, principal, Standing(unit == CITY)) is refused


@pytest.mark.parametrize("role", ROLES)
def test_keys_are_made_for_the_own_subtree_and_those_of_ops_by_the_root(role: str) -> None:
    def refused(asker: UUID, unit: UUID) -> type[Refusal] | None:
        principal = asks(asker, "coordinator")
        return refusal_of(rules.check_may_issue_key, principal, stands(principal, unit), role)

    assert [refused(CITY, unit) for unit in LINES] == [None] * 5
    assert [refused(DISTRICT, unit) for unit in (CITY, OTHER, APART)] == [rules.OutsideSubtree] * 3
    expected = rules.NotAllowed if role == "ops" else None
    assert [refused(DISTRICT, unit) for unit in (DISTRICT, TOWN)] == [expected] * 2


def test_nobody_changes_the_place_of_the_own_organization_but_the_same_again_is_no_change() -> None:
    own = Organization(
        id=DISTRICT,
        version=1,
        created_at=NOW,
        updated_at=NOW,
        name="吴江区",
        kind="district",
        parent_id=CITY,
    )
    present = {"parent_id": CITY, "kind": "district", "closed_on": None}
    others: dict[str, Any] = {"parent_id": OTHER, "kind": "office", "closed_on": date(2024, 9, 1)}
    for caller, refused in ((DISTRICT, rules.OwnPlace), (CITY, None)):
        principal = asks(caller, "coordinator")
        assert refusal_of(rules.check_may_change_unit, principal, own, present | {"name": "新名"}) is None
        for name, value in others.items():
            assert refusal_of(rules.check_may_change_unit, principal, own, {name: value}) is refused


def test_a_draft_is_seen_by_who_runs_it_and_by_its_hosts_and_what_is_registered_by_all() -> None:
    draft = Activity(
        id=UUID(int=60),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        campaign_id=UUID(int=50),
        category="讲座",
        name="专题讲座",
        hosts=[Host(organization_id=TOWN), Host(outside_party="外地单位")],
    )
    registered = draft.model_copy(update={"state": "registered"})
    campaign = campaign_of(DISTRICT)
    seen = [
        (DISTRICT, "coordinator"),
        (DISTRICT, "auditor"),
        (TOWN, "reporter"),
    ]
    for unit in LINES:
        for role in ROLES:
            refused = refusal_of(rules.check_may_see_activity, asks(unit, role), campaign, draft)
            is_seen = (unit, role) in seen or unit == TOWN
            reads_none = rules.NotAllowed if role == "ops" else None
            assert refused is (reads_none or (None if is_seen else NotFound)), (unit, role)
            refused = refusal_of(rules.check_may_see_activity, asks(unit, role), campaign, registered)
            assert refused is reads_none, (unit, role)
