"""Built-in texts, as an office would write them: what stands in a template between its macros."""

import re
from functools import cache

from services.notifier.deliveries.texts import TEMPLATES

_MACRO = re.compile(r"{% macro (subject|line)\(item\) %}\n?(.*?)\n?{% endmacro %}", re.DOTALL)


@cache
def read_built_in(occasion: str, locale: str) -> tuple[str, str]:
    """Subject and body of the built-in text."""
    source = (TEMPLATES / locale / f"{occasion}.txt.jinja").read_text(encoding="utf-8")
    parts = dict(_MACRO.findall(source))
    return parts["subject"], parts["line"]
