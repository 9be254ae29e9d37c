# Two commands do all the set-up: `make run` and `make test`. The rest is for those who change inferlog.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PORT ?= 8321
DATA ?= inferlog-data

.PHONY: help run test clients lint format bench bench-quick bench-read clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run  ## Install into a virtual environment and start inferlog on embedded storage
	$(BIN)/inferlog serve --port $(PORT) --data $(DATA)

test: $(VENV)/.test browser clients  ## Install what tests need, a browser and the clients included, and run everything
	$(BIN)/python -m pytest

clients: $(VENV)/.test  ## Build the environments of the clients under test, those whose pins have changed
	@$(BIN)/python -m tests.clients.install

lint: $(VENV)/.test  ## Run the checks: style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.test  ## Rewrite the sources in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test load-generator  ## Run every benchmark (about 20 minutes) and print the ratios
	$(BIN)/python -m bench

bench-quick: $(VENV)/.test load-generator  ## The same on a tenth of the data, to see that it runs
	$(BIN)/python -m bench --quick

bench-read: $(VENV)/.test  ## Build ten million logs (about 10 minutes, 9 GB, kept in /tmp) and measure reading
	$(BIN)/python -m bench read

clean:  ## Remove what the commands above made, but no logs
	rm -rf $(VENV) .clients dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "inferlog needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	@echo "Installing inferlog into $(VENV); its engine is a download of about 200 MB, this once …"
	$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	@echo "Installing inferlog and what its tests need into $(VENV) …"
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.run

.PHONY: browser load-generator
browser:
	@bash tools/need.sh chromium

load-generator:
	@bash tools/need.sh wrk
