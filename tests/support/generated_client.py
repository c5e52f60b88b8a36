"""A client as others make it: by openapi-python-client, of nothing but a service's own description."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
GENERATE = "from openapi_python_client.cli import app; app()"


def generate(document: Mapping[str, Any], folder: Path) -> str:
    """Write the client as a package in `folder`; what the generator warned of, and nothing when it did not."""
    source = folder.with_suffix(".json")
    source.write_text(json.dumps(document), "utf-8")
    arguments = ("generate", "--path", source, "--output-path", folder, "--meta", "none")
    config = ("--config", ROOT / "docs" / "client.yaml", "--fail-on-warning")
    done = subprocess.run(
        [sys.executable, "-c", GENERATE, *map(str, (*arguments, *config))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@contextmanager
def imported(folder: Path) -> Iterator["GeneratedClient"]:
    """The package, importable until the end of the block."""
    name = folder.name
    specification = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert specification is not None
    assert specification.loader is not None
    package = importlib.util.module_from_spec(specification)
    sys.modules[name] = package
    try:
        specification.loader.exec_module(package)
        yield GeneratedClient(name)
    finally:
        for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[each]


class GeneratedClient:
    """The generated package: its models, its types and its functions, by noun and verb."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.models: Any = self._module("models")
        self.types: Any = self._module("types")
        self.client: Any = self._module("client")

    def operation(self, noun: str, verb: str) -> Any:
        """The module of one operation: `asyncio` answers the parsed answer, `asyncio_detailed` all of it."""
        return self._module(f"api.{noun}.{verb}")

    def _module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{name}")
