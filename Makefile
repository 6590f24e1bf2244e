# `make` alone lists the targets. Needs Python >= 3.11, make and the package registries; nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh
export OMP_WAIT_POLICY := PASSIVE

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Stories build on one another: the tests of a file stay in one process.
PARALLEL := -n auto --dist loadfile
BASEMAP := src/bailiwick/pictures/assets/basemap.json.gz
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

.PHONY: help setup demo test checks compiled web lint types contracts workspace mapcheck bench browser java translations lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(BASEMAP) ## prepare .venv; the command is then .venv/bin/bailiwick

demo: setup ## design territories for a coffee-bean supplier, show the map, start the planning application
	@$(BIN)/python tools/demo.py

test: setup ## everything: lint, types, contracts, tests, examples in the documentation
	@$(MAKE) --no-print-directory -j2 checks
	$(BIN)/python -m pytest $(PARALLEL)
	BAILIWICK_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(PARALLEL) -q tests/web

checks: compiled lint types contracts mapcheck browser java ## all but the tests; the engine is compiled meanwhile

compiled: setup
	@$(BIN)/python tools/compile.py

web: setup ## start the planning application with generated data
	@$(BIN)/bailiwick serve --demo

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict
	$(BIN)/mypy

translations: setup ## bring the catalogues of the application up to date; lists what lacks a translation
	$(BIN)/python tools/translations.py update

contracts: setup ## who may import whom
	$(BIN)/lint-imports --no-cache

workspace: setup ## build the map workspace from its TypeScript (finds or brings Node)
	@$(BIN)/python tools/workspace.py build

mapcheck: setup ## the map workspace: lint, types, tests, and that the bundle is what the sources give
	@$(BIN)/python tools/workspace.py check

bench: setup ## our plans beside those of the peers
	$(BIN)/python benchmarks/run.py --date $$(date +%F)

browser:
	@tools/browser.sh

java: | browser # both may install packages, one after the other
	@tools/java.sh

lock: $(READY) ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --extra web --extra insight --extra dev --universal --python-version 3.11 --upgrade --quiet \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --generate-hashes --output-file constraints.txt

clean: ## remove what was made here
	rm -rf $(VENV) .venv-bench workspace/node_modules demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis $(BASEMAP)
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/uv: | constraints.txt
	@test -n "$(PYTHON)" || { echo "Bailiwick needs Python 3.11 or newer; install it, or say make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@awk '/^[a-z]/ {take = /^uv==/} take' constraints.txt > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt

$(READY): constraints.txt pyproject.toml | $(VENV)/bin/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r constraints.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BASEMAP): $(wildcard tools/basemap/*) | $(READY)
	$(BIN)/python tools/basemap/build.py
	@touch $@
