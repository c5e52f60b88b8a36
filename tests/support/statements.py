"""Every SQL statement of the house, as the constants that hold them."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import chassis
from chassis.writing import Parts, join

_SQL = re.compile(r"^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK)\b")


def statements_of(service: str) -> Iterator[tuple[str, str]]:
    """Name and text of each statement that runs on this service's database, the chassis' own included."""
    seen: set[str] = set()
    for module in [*_modules(chassis), *_modules(importlib.import_module(f"services.{service}"))]:
        for name, value in vars(module).items():
            sql = join(value) if isinstance(value, Parts) else value
            if name.isupper() and isinstance(sql, str) and _SQL.match(sql) and sql not in seen:
                seen.add(sql)
                yield f"{module.__name__}.{name}", sql


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith(".__main__"):
            yield importlib.import_module(found.name)
