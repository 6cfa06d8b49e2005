# kmwiki: `make run` and `make test` are all a newcomer needs. `make` alone lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
WORKERS ?= 2
INSTANCE ?= $(CURDIR)/instance
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CHROMIUM ?= $(shell command -v chromium || echo /usr/bin/chromium)
ASSETS := package.json package-lock.json hatch_build.py pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run test check lint types arrows bench soak wheel lock shots browser clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/pyvenv.cfg:
	@echo "Making the virtual environment ..." >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kmwiki needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg locks/run.txt $(ASSETS)
	@echo "Installing the locked dependencies ..." >&2
	@test -f $(VENV)/.dev || $(PIP) install --require-hashes -r locks/run.txt
	@echo "Building the assets and installing kmwiki ..." >&2
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/pyvenv.cfg locks/dev.txt $(ASSETS)
	@echo "Installing the locked dependencies for development ..." >&2
	@$(PIP) install --require-hashes -r locks/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

browser:  ## install the browser that tests drive, where it is missing
	@if [ -x "$(CHROMIUM)" ]; then exit 0; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium ..." >&2; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else $(BIN)/python -m playwright install chromium; fi

run: $(VENV)/.run  ## start kmwiki (PORT=8000 INSTANCE=./instance)
	@KMWIKI_INSTANCE="$(INSTANCE)" $(BIN)/kmwiki serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev browser  ## run all tests, browser tests included
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist worksteal --cov --cov-report= $(ARGS)
	@$(BIN)/python -m coverage report --fail-under=$$(cat tests/coverage-gate.txt) --format=total

lint: $(VENV)/.dev  ## style, spelling, templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/codespell

types: $(VENV)/.dev  ## mypy --strict
	@$(BIN)/mypy

arrows: $(VENV)/.dev  ## import-linter
	@$(BIN)/lint-imports --no-cache

check: lint types arrows test  ## everything CI asks for

bench: $(VENV)/.dev browser  ## print the benchmark table
	@$(BIN)/python -m tests.bench

soak: $(VENV)/.dev browser  ## the full numbers of the long tests (SOAK_KILLS=20 SOAK_SAVES=1000 SOAK_FILES=200)
	@$(BIN)/python -m pytest -m soak $(ARGS)

shots: $(VENV)/.dev browser  ## take the pictures of README and docs anew
	@$(BIN)/python -m tests.browser.shots

wheel: $(VENV)/.run  ## build the wheel and the source archive into dist/
	@rm -f dist/kmwiki-*
	@$(BIN)/python -m hatchling build

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --group build pyproject.toml -q -o locks/run.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra gunicorn pyproject.toml -c locks/run.txt -q -o locks/gunicorn.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --group build --group dev pyproject.toml -c locks/run.txt -q -o locks/dev.txt
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved=true

clean:  ## remove what was built, never the instance
	rm -rf $(VENV) dist kmwiki/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
