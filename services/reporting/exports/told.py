"""Whole states as they were told, the newest or a moment's: a part of statements in which $1 is the campaign."""

# ruff: noqa: S608 - statements are put together out of constants only

IS_PRESENT = "{moment} = timestamptz '9999-12-31 00:00:00Z'"


def told_at(noun: str, moment: str) -> str:
    """`(id, body)` of each, as it stands at PRESENT or stood at an earlier moment."""
    is_present = IS_PRESENT.format(moment=moment)
    return f"""(
        SELECT id, body FROM export_source WHERE campaign_id = $1 AND noun = {noun} AND {is_present}
        UNION ALL
        (SELECT DISTINCT ON (id) id, body FROM export_source_past
          WHERE campaign_id = $1 AND noun = {noun} AND since <= {moment} AND NOT {is_present}
          ORDER BY id, version DESC)
    )"""
