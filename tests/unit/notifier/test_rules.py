"""Who may do what in the notifier."""

from uuid import uuid4

import pytest

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound
from services.notifier import rules
from services.notifier.rules import Standing

OWN, OTHER = uuid4(), uuid4()
ROOT, BELOW, ELSEWHERE = Standing(True, (OTHER,)), Standing(False, (OTHER, OWN)), Standing(False, (OTHER,))


def a(role: str) -> Principal:
    return Principal(uuid4(), OWN, role)


@pytest.mark.parametrize("role", ["overseer", "reporter"])
def test_a_unit_sets_its_own_contact_only(role: str) -> None:
    rules.check_may_set_contact(a(role), OWN, Standing(False, (OWN,)))
    with pytest.raises(NotFound):
        rules.check_may_set_contact(a(role), OTHER, BELOW)


def test_a_coordinator_sets_those_of_its_subtree_at_the_root_everybodys_and_those_who_watch_none() -> None:
    rules.check_may_set_contact(a("coordinator"), OTHER, ROOT)
    rules.check_may_set_contact(a("coordinator"), OTHER, BELOW)
    with pytest.raises(NotFound):
        rules.check_may_set_contact(a("coordinator"), OTHER, ELSEWHERE)
    for role in ("auditor", "ops"):
        with pytest.raises(Forbidden):
            rules.check_may_set_contact(a(role), OWN, ROOT)


def test_a_campaign_is_run_by_its_issuer() -> None:
    rules.check_may_run(a("coordinator"), OWN)
    with pytest.raises(NotFound):
        rules.check_may_run(a("coordinator"), OTHER)
    for role in ("overseer", "reporter", "auditor", "ops"):
        with pytest.raises(Forbidden):
            rules.check_may_run(a(role), OWN)


def test_who_sees_what_was_told() -> None:
    assert rules.sight_of(a("coordinator"), ROOT).everything
    assert not rules.sight_of(a("coordinator"), BELOW).everything
    assert not rules.sight_of(a("auditor"), ROOT).everything
    assert rules.sight_of(a("reporter"), ROOT) == rules.Sight(False, OWN)
    with pytest.raises(Forbidden):
        rules.sight_of(a("ops"), ROOT)


def test_what_others_are_told_is_not_found() -> None:
    for role in ("coordinator", "auditor"):
        rules.check_may_ask(a(role), OTHER, BELOW)
    rules.check_may_ask(a("coordinator"), OTHER, ROOT)
    rules.check_may_ask(a("reporter"), OWN, ELSEWHERE)
    for role, standing in (("coordinator", ELSEWHERE), ("auditor", ELSEWHERE), ("overseer", BELOW)):
        with pytest.raises(NotFound):
            rules.check_may_ask(a(role), OTHER, standing)


def test_who_cannot_be_reached_is_for_the_issuer_and_auditors_of_it_and_above() -> None:
    rules.check_may_see_unreachable(a("coordinator"), OWN, [OWN])
    rules.check_may_see_unreachable(a("auditor"), OTHER, [OTHER, OWN])
    for role in ("coordinator", "auditor"):
        with pytest.raises(NotFound):
            rules.check_may_see_unreachable(a(role), OTHER, [OTHER])
