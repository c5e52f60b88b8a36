"""Who may do what in the notifier."""

from uuid import uuid4

import pytest

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound
from services.notifier import rules

OWN, OTHER = uuid4(), uuid4()


def a(role: str) -> Principal:
    return Principal(uuid4(), OWN, role)


@pytest.mark.parametrize("role", ["overseer", "reporter"])
def test_a_unit_sets_its_own_contact_only(role: str) -> None:
    rules.check_may_set_contact(a(role), OWN)
    with pytest.raises(NotFound):
        rules.check_may_set_contact(a(role), OTHER)


def test_the_office_sets_everybodys_and_those_who_watch_none() -> None:
    rules.check_may_set_contact(a("coordinator"), OTHER)
    for role in ("auditor", "ops"):
        with pytest.raises(Forbidden):
            rules.check_may_set_contact(a(role), OWN)


def test_a_campaign_is_run_by_its_issuer() -> None:
    rules.check_may_run(a("coordinator"), OWN)
    with pytest.raises(NotFound):
        rules.check_may_run(a("coordinator"), OTHER)
    for role in ("overseer", "reporter", "auditor", "ops"):
        with pytest.raises(Forbidden):
            rules.check_may_run(a(role), OWN)


def test_who_sees_what_was_told() -> None:
    assert rules.only_told(a("coordinator"), None) is None
    assert rules.only_told(a("auditor"), OTHER) == OTHER
    assert rules.only_told(a("reporter"), None) == OWN
    with pytest.raises(NotFound):
        rules.only_told(a("reporter"), OTHER)
    with pytest.raises(Forbidden):
        rules.only_told(a("ops"), None)
