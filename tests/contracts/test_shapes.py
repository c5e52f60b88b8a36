"""Text, numbers and moments that a contract refuses, and what it lets pass."""

import json
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from contracts.registry.activities import RegisterActivity, RescheduleActivity
from contracts.registry.campaigns import OpenCampaign
from contracts.registry.deliverables import DefineDeliverable
from contracts.registry.notices import DraftNotice
from contracts.registry.organizations import CreateOrganization, Organization, OrganizationRegistered
from contracts.submissions.submissions import HandIn, ReturnSubmission


def read(**fields: Any) -> CreateOrganization:
    values = {"name": "第一单位", "kind": "department", **fields}
    return CreateOrganization.model_validate_json(json.dumps(values))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "at least 1 character"),
        (" \u3000\u200b", "is blank"),
        ("一\x00二", "control character"),
        ("一\u202e二", "turns the direction"),
        ("一\n二", "expected one line"),
        ("一\x0b二", "control character"),
        ("长" * 301, "at most 300"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        read(name=name)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValidationError):
        CreateOrganization.model_validate_json('{"name": "\\ud800", "kind": "department"}')


@pytest.mark.parametrize(
    "name", ["𠮷野家", "=1+1", "<b>单位</b>", "{{ 7*7 }}", "'; DROP TABLE x;--", "a" * 300]
)
def test_odd_but_honest_names_pass_unchanged(name: str) -> None:
    assert read(name=name).name == name


def test_names_are_kept_in_nfc() -> None:
    assert read(name="e\u0301").name == "\u00e9"


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "coordinator"},
        {"sort_order": True},
        {"sort_order": 1.0},
        {"sort_order": " 7 "},
        {"sort_order": 2**63},
        {"sort_order": -1},
        {"kind": "planet"},
        {"parent_id": "not-an-id"},
        {"opened_on": "2024-02-30"},
    ],
)
def test_a_command_takes_nothing_unknown_and_coerces_nothing(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**fields)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        CreateOrganization.model_validate_json(f'{{"name": "a", "kind": "department", "sort_order": {text}}}')


def test_pitfall_08_a_moment_without_its_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        RescheduleActivity.model_validate_json('{"starts_at": "2024-09-09T09:30:00", "reason": "x"}')


def test_an_activity_ends_after_it_starts() -> None:
    body = {"starts_at": "2024-09-09T09:30:00+08:00", "ends_at": "2024-09-09T09:00:00+08:00", "reason": "x"}
    with pytest.raises(ValidationError, match="ends_at must be after starts_at"):
        RescheduleActivity.model_validate_json(json.dumps(body))


def test_a_fact_passes_over_what_it_does_not_know() -> None:
    body = {
        "organization": {
            "id": str(uuid4()),
            "version": 1,
            "created_at": "2024-08-30T01:00:00Z",
            "updated_at": "2024-08-30T01:00:00Z",
            "name": "第一单位",
            "kind": "department",
            "something_newer": 1,
        }
    }
    event = OrganizationRegistered.model_validate_json(json.dumps(body))
    assert isinstance(event.organization, Organization)
    assert event.aggregate_version == 1


def test_a_nil_return_holds_nothing_and_sections_have_a_limit_together() -> None:
    assignment = str(uuid4())
    with pytest.raises(ValidationError, match="nil return"):
        HandIn.model_validate_json(
            json.dumps({"assignment_id": assignment, "nil_return": True, "sections": {"一": "x"}})
        )
    sections = {"一": "x" * 60_000, "二": "x" * 60_000}
    with pytest.raises(ValidationError, match="longer than 100000"):
        HandIn.model_validate_json(json.dumps({"assignment_id": assignment, "sections": sections}))


def test_a_return_says_why() -> None:
    with pytest.raises(ValidationError):
        ReturnSubmission.model_validate_json('{"reasons": []}')


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (DraftNotice, "title"),
        (DefineDeliverable, "title"),
        (RegisterActivity, "name"),
        (OpenCampaign, "theme"),
    ],
)
def test_a_title_with_a_classification_mark_is_refused_by_its_own_name(
    command: type[BaseModel], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        command.model_validate({field: "机密★关于开展宣传周的通知"})
    marked = [error for error in refused.value.errors() if error["type"] == "classified_content"]
    assert [error["loc"] for error in marked] == [(field,)]
    assert "不得填报涉密信息" in marked[0]["msg"]
