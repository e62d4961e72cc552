# The one way to run, check and test Cyclades. `make help` lists the targets.
SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
CLIENTS := var/clients
PORT ?= 8774
PYTEST := $(BIN)/python -m pytest
WORKERS ?= $(shell nproc)
# Compiled modules halve the time to start; some environments switch them off.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test coverage check format format-check lint types architecture pure bench \
	conformance reliability journeys environment packages lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: environment ## Run Cyclades embedded on http://127.0.0.1:8774/ (PORT=... for another)
	@exec $(BIN)/cyclades serve development.ini --port $(PORT)

test: environment packages $(CLIENTS)/.made format-check lint types ## Everything: checks and all tests
	$(PYTEST) -n $(WORKERS) -m "not long" --durations=15 $(ARGS)

coverage: environment packages $(CLIENTS)/.made ## All tests, and which branches they never take
	$(PYTEST) -n $(WORKERS) -m "not long" --cov --cov-report=term:skip-covered $(ARGS)

check: environment ## The quick gate: style, types, architecture, pure tests
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target format-check lint types pure

format: environment ## Put the code in the common format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

format-check: environment
	$(BIN)/ruff format --check --quiet .

lint: environment ## Lint
	$(BIN)/ruff check --quiet .

types: environment ## Check the types
	$(BIN)/mypy

architecture: environment ## Check layers, sizes and layout
	$(PYTEST) -q tests/shape

pure: environment
	$(PYTEST) -n $(WORKERS) -q -m "not (real_postgres or slow)" tests/shape tests/model tests/services

bench: environment packages ## Measure speed and memory against references
	$(BIN)/python -m benchmarks $(ARGS)

conformance: environment ## Run unmodified Tempest against a fresh embedded Cyclades
	tests/conformance/run $(ARGS)

reliability: environment packages ## Inject the faults of docs/reliability.md and print the figures
	rm -f var/reliability.jsonl
	$(PYTEST) -m fault $(ARGS)
	@$(BIN)/python -m tests.harness.reliability_table

journeys: environment packages $(CLIENTS)/.made ## Drive Cyclades with unmodified real clients
	$(PYTEST) -m client tests/clients $(ARGS)

soak: environment ## Play anything in any order for SOAK_MINUTES (default 30)
	$(PYTEST) -s -q -m long tests/stateful $(ARGS)

mutants: environment ## Bring old weaknesses back, one by one, and see that tests notice
	$(BIN)/python -m tests.mutants $(ARGS)

environment: $(VENV)/.made ## Make .venv (done by the other targets when needed)

$(VENV)/.made: requirements/dev.txt setup.py scripts/make-environment
	@scripts/make-environment $(VENV) requirements/dev.txt --with-project

$(CLIENTS)/.made: requirements/clients.txt scripts/make-environment
	@scripts/make-environment $(CLIENTS) requirements/clients.txt

packages: ## Install the Debian packages that the tests need, when root
	@scripts/install-test-packages

# Pins stay as they are; `make lock UPGRADE=--upgrade` takes the newest that setup.py allows.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links $(UPGRADE)

lock: ## Lock the dependencies again, with hashes
	$(COMPILE) setup.py -o requirements/runtime.txt
	$(COMPILE) setup.py --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) requirements/clients.in -o requirements/clients.txt
	$(COMPILE) requirements/tempest.in -o requirements/tempest.txt

clean: ## Remove environments, caches and reports; the data in var/ stays
	rm -rf $(VENV) $(CLIENTS) var/tempest build dist *.egg-info .coverage* .mypy_cache .ruff_cache \
		.pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
