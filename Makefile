# Rollcall: every target makes .venv by itself, from hash-locked wheels.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
DATA ?= .rollcall
DEMO_DATA ?= .rollcall-demo
PORT_BASE ?= 8000
WORKERS ?= 2
EXIT ?=
FILES := contracts chassis services cli tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help install demo up test office check faults schemas bench lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

install: $(READY)  ## make .venv from the locked requirements

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Rollcall needs Python 3.11 to 3.13, and {sys.executable} is {v[0]}.{v[1]}: name another with PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install  ## play the week of 2024 and check every figure (EXIT=1 stops when it is over)
	$(BIN)/rollcall demo --data $(DEMO_DATA) --port-base $(PORT_BASE) $(if $(EXIT),--exit)

up: install  ## run Rollcall on this machine, its data in DATA
	$(BIN)/rollcall up --data $(DATA) --port-base $(PORT_BASE)

test: install office  ## the whole test suite, on real servers, in random order
	$(BIN)/python -m pytest -n $(WORKERS) tests

office:  ## LibreOffice, poppler and fonts for the tests: installed from Debian's packages when they are missing
	@sh tests/support/office.sh

check: install  ## format, lint, types, imports, unit tests
	$(BIN)/ruff format --check $(FILES)
	$(BIN)/ruff check $(FILES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/unit

faults: install  ## uploads of 2 GB, 10,000 deliveries under kill -9, eight simulated years (minutes, 5 GB of disk)
	$(BIN)/python -m tests.faults.uploads
	$(BIN)/python -m tests.faults.deliveries
	YEAR_SEEDS=1,2,3,4,5,6,7,8 $(BIN)/python -m pytest -q tests/integration/notifier/test_simulated_year.py

schemas: install  ## write contracts/schemas and docs/asyncapi.json anew; a breaking change is refused
	$(BIN)/python -m cli.schemas

bench: install  ## measure against the plain servers, as ratios in one run (minutes)
	$(BIN)/python -m benchmarks

lock: install  ## write the hash-locked requirements again from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean:  ## remove what was made here (not your data)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache *.egg-info out
