"""A rule means somebody, and no more than one event can carry."""

from uuid import uuid4

import pytest

from contracts.registry.addressees import RuleWarning
from services.registry.addressees.model import MOST, RuleMeansNobody, RuleMeansTooMany, check_meant


def test_a_rule_that_means_nobody_says_which_clause_is_empty() -> None:
    warning = RuleWarning(code="empty_clause", message="any_of.0 means no open unit at present", clause=0)
    with pytest.raises(RuleMeansNobody, match="owed_by_rule means no open unit at present: "):
        check_meant("owed_by_rule", [], [warning])
    with pytest.raises(RuleMeansNobody, match="every unit that it names is excepted"):
        check_meant("owed_by_rule", [], [])


def test_a_rule_means_as_many_as_one_event_has_room_for() -> None:
    ids = [uuid4() for _ in range(MOST + 1)]
    check_meant("rule", ids[:-1], [])
    with pytest.raises(RuleMeansTooMany, match=f"expected at most {MOST}"):
        check_meant("rule", ids, [])
