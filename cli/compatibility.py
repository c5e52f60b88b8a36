"""Compatibility: what of a contract may change inside `.v1`, told from two JSON Schemas of the same thing.

A contract only grows. What is broken is what an older reader or writer would stumble over: a property that has gone or
changed its type, a value of an enum that has gone or come (a reader of the release before knows only its own), a
property that is newly required of a reader's older data, a bound that has been tightened.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SAME = ("type", "format", "pattern", "const", "enum")


def find_breaks(committed: Schema, present: Schema) -> list[str]:
    """Every breaking change, with the place where it is; empty when the contract has only grown."""
    return list(_compare(_Root(committed), _Root(present), committed, present, ""))


class _Root:
    """A document that `$ref`s point into."""

    def __init__(self, document: Schema) -> None:
        self.definitions: Mapping[str, Schema] = document.get("$defs", {})

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[1]]
        return schema


def _compare(old_root: _Root, new_root: _Root, old: Schema, new: Schema, at: str) -> Iterator[str]:
    old, new = old_root.resolve(old), new_root.resolve(new)
    yield from _compare_words(old, new, at)
    yield from _compare_properties(old_root, new_root, old, new, at)
    if "items" in old and "items" in new:
        yield from _compare(old_root, new_root, old["items"], new["items"], f"{at}[]")
    if isinstance(old.get("additionalProperties"), Mapping):
        values = new.get("additionalProperties")
        if not isinstance(values, Mapping):
            yield f"{at or '/'}: its values are of another shape"
        else:
            yield from _compare(old_root, new_root, old["additionalProperties"], values, f"{at}{{}}")
    yield from _compare_choices(old_root, new_root, old, new, at)


def _compare_words(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for word in SAME:
        before, after = old.get(word), new.get(word)
        if word == "enum" and before is not None and after is not None:
            before, after = sorted(map(str, before)), sorted(map(str, after))
        if before != after:
            yield f"{at or '/'}: {word} was {before}, and is {after}"
    for word in (*LOWER, *UPPER):
        before, after = old.get(word), new.get(word)
        if after is not None and (before is None or (after > before if word in LOWER else after < before)):
            yield f"{at or '/'}: {word} was {before}, and is {after}"


def _compare_properties(old_root: _Root, new_root: _Root, old: Schema, new: Schema, at: str) -> Iterator[str]:
    had, has = old.get("properties", {}), new.get("properties", {})
    for name, schema in had.items():
        if name not in has:
            yield f"{at}/{name}: has gone"
        else:
            yield from _compare(old_root, new_root, schema, has[name], f"{at}/{name}")
    for name in new.get("required", []):
        if name not in old.get("required", []):
            yield f"{at}/{name}: is newly required"


def _compare_choices(old_root: _Root, new_root: _Root, old: Schema, new: Schema, at: str) -> Iterator[str]:
    """Choices are matched by what they are; one that has gone, or come, breaks a reader or a writer."""
    for word in ("anyOf", "oneOf"):
        before, after = old.get(word), new.get(word)
        if before is None and after is None:
            continue
        if before is None or after is None or len(before) != len(after):
            yield f"{at or '/'}: {word} had {len(before or [])} choices, and has {len(after or [])}"
            continue
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _compare(old_root, new_root, one, other, f"{at}<{number}>")
