# Every target sets up what it needs. Only Python 3.11+ and make are expected on the machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
PY := $(VENV)/bin/python
NODE := tests/doubles/node_modules

# COMPANY=<file> runs another company; AS_OF=YYYY-MM-DD computes another day.
export COMPANY AS_OF
export UV_COMPILE_BYTECODE := 1
# Companies put their own authority among the system certificates.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)
export DO_NOT_TRACK := 1
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Imports are compiled at set-up; a process that may not write bytecode would compile them again each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup nightly nightly-api ui test check bench rollback replay sample clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "scalehouse needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Set PYTHON=<path of one>.")'
	@echo "Setting up: virtual environment, uv, the locked packages (once, about a minute)"
	@test -x .uv/bin/uv || { $(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@.uv/bin/uv sync --locked --python $(PYTHON)
	@touch $@

setup: $(VENV)/.ready ## Virtual environment with the locked packages

nightly: setup ## Land, transform, check, publish; sample exports if the inbox is empty
	@$(PY) -m orchestration nightly

nightly-api: setup ## The same night from files and over HTTP on loopback, compared table for table
	@$(PY) -m orchestration nightly-api

ui: setup ## Dagster's UI on http://127.0.0.1:3000
	@$(PY) -m orchestration ui

rollback: setup ## Put an earlier published version back (VERSION=<id>; default: the one before)
	@$(PY) -m orchestration rollback $(VERSION)

replay: setup ## Land quarantined rows again after the contract was mended
	@$(PY) -m orchestration replay

# Node is no part of the product: without it, or without a registry, the tests that need it say why they are skipped.
$(NODE)/.ready: tests/doubles/package-lock.json
	@if ! command -v npm >/dev/null; then echo "No npm on this machine: the doubles of tests/doubles that run on Node are left out"; \
	elif npm ci --prefix tests/doubles --no-audit --no-fund --ignore-scripts --loglevel=error; then touch $@; \
	else echo "npm ci failed (see above): the doubles of tests/doubles that run on Node are left out"; fi

test: setup $(NODE)/.ready ## The whole test suite
	@$(PY) -m pytest -n 2 --dist loadgroup

check: setup ## ruff, sqlfluff, dg check defs, layering tests
	@$(PY) -m orchestration prepare
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) -m orchestration lint-sql
	$(PY) -m orchestration check-definitions
	$(PY) -m pytest -q tests/layering

bench: setup ## Measurements beside the plain floor, by hand
	@for each in benchmarks/[a-z]*.py; do echo "== $$each"; $(PY) -m benchmarks.$$(basename $$each .py) || exit 1; done

clean: ## Remove what set-up made; data/ stays
	@rm -rf $(VENV) .uv $(NODE)
