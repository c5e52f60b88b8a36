"""Every SQL statement of the house, as the constants that hold them."""

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import chassis
from chassis.files.rows import Statements
from chassis.writing import Parts, join

_SQL = re.compile(r"^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK)\b")


def statements_of(service: str) -> Iterator[tuple[str, str]]:
    """Name and text of each statement that runs on this service's database, the chassis' own included."""
    seen: set[str] = set()
    for module in [*_modules(chassis), *_modules(importlib.import_module(f"services.{service}"))]:
        for name, value in vars(module).items():
            for statement in _statements(value) if name.isupper() else ():
                if statement not in seen:
                    seen.add(statement)
                    yield f"{module.__name__}.{name}", statement


def _statements(value: object) -> list[str]:
    """Those that a constant holds: it is one, in parts or whole, or those over a table of files."""
    if isinstance(value, Parts):
        return [join(value)]
    held = dataclasses.astuple(value) if isinstance(value, Statements) else (value,)
    return [each for each in held if isinstance(each, str) and _SQL.match(each)]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith(".__main__"):
            yield importlib.import_module(found.name)
