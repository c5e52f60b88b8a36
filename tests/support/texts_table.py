"""The page of texts. `python -m tests.support.texts_table` writes docs/texts.md."""

from pathlib import Path

from services.notifier.texts.language import BODY_LIMIT, FILTERS, SUBJECT_LIMIT, TESTS
from services.notifier.texts.occasions import BUILT_IN_ALONE, FIELDS, OCCASIONS

FILE = Path(__file__).parents[2] / "docs" / "texts.md"
HEAD = f"""# Texts

What units are told stands in `services/notifier/templates`, in zh-CN and en. An office puts its own words in their
place for the campaigns that it issues: `GET /v1/texts` shows every text, `PUT /v1/texts/{{occasion}}/{{locale}}` sets
one, `DELETE` gives it up, and `POST …/preview` shows the mail that it would make of an example. The contact's language
decides which is taken; the message around the things that it tells, and its HTML, are made of the same words.

A text is a subject of one line and a body, each a template of Jinja2 cut down to what ends soon: values
(`{{{{ item.title }}}}`), `{{% if %}}`, and `{{% for %}}` over a list of `item.details`, one within no other. Filters:
{", ".join(f"`{name}`" for name in FILTERS)}; tests: {", ".join(f"`{name}`" for name in TESTS)}. What is none shows as
nothing; what is yes or no is asked for with `if`. A line end right behind a tag `{{% … %}}` is not written.
`grades[item.details.severity]` is the word for a severity,
`channels[…]` that for a kind of channel; `join` takes a list and a separator.
Of a subject {SUBJECT_LIMIT} characters are taken, of a body
{BODY_LIMIT}; more is an error.

It is tried on every example before it is kept, and refused (422 `bad_text`) with part, line and reason. One that fails
later all the same, for its data or a newer release, gives way to the built-in text;
`rollcall_notifier_texts_failures_total` counts it, and its office is told once a version (`text_broken`).

## What every text may speak of

| value | what it is |
|---|---|
"""


def write_page() -> str:
    """The page as it should stand."""
    lines = [f"| `item.{name}` | {meaning} |" for name, meaning in FIELDS.items()]
    lines += ["", "## Occasions", "", "| occasion | when | `item.details` |", "|---|---|---|"]
    for name, occasion in OCCASIONS.items():
        details = ", ".join(f"`{each}`" for each in occasion.full) or "none"
        own = "" if name not in BUILT_IN_ALONE else "; in built-in words alone"
        lines.append(f"| `{name}` | {occasion.means}{own} | {details} |")
    lines += [
        "",
        "`item.due` is there for rungs and urges. Each of `reasons` has `number`, `section` and `reason`.",
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(write_page(), encoding="utf-8")
