"""The tree of units as it stood at a moment, as the head of other statements."""

# ruff: noqa: S608 - statements are put together out of constants only

NEWEST = """
    (SELECT coalesce(max(version) FILTER (WHERE since <= {moment}), min(version))
       FROM organization_past newest WHERE newest.id = {id})
"""
"""The version of a unit that was true at a moment, or the first of all before it was heard of."""


def seen_at(organization: str, with_those_below: str, moment: str) -> str:
    """A recursive `seen` of a unit and, where that is asked for, those who stood below it at a moment."""
    return f"""
    WITH RECURSIVE seen AS (
        SELECT {organization}::uuid AS id
        UNION
        SELECT unit.id FROM organization_past unit JOIN seen ON unit.parent_id = seen.id
         WHERE {with_those_below} AND unit.version = {NEWEST.format(moment=moment, id="unit.id")}
    )"""
