# Sets the folder up (deploy/prepare.py), then calls the tool. Start with `make demo` or `make test`.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
export HOST PORT

BIN := .venv/bin
QUICK := not integration and not browser

# per cent of lines and branches of attest
ATTEST_COVERED := 80

.PHONY: help demo demo-reset test check bench ready lint types layers unit js contracts all-tests

help: ## say this
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile

demo: ## set up, then start everything on http://localhost:8080 (HOST=0.0.0.0, PORT=)
	@$(PYTHON) deploy/prepare.py demo
	@exec $(BIN)/nguon demo --host "$(HOST)" --port "$(PORT)"

demo-reset: ## forget the demo's state, which is the folder var/ with the demo's marker
	@$(PYTHON) deploy/prepare.py reset

test: lint types layers js contracts all-tests ## everything

check: lint types layers js contracts unit ## what a commit must pass

bench: ready ## measure what docs/performance.md says
	@$(BIN)/python -m bench

lint types layers unit js contracts all-tests: ready

ready:
	@$(PYTHON) deploy/prepare.py test

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports --config pyproject.toml

unit:
	$(BIN)/python -m pytest -m "$(QUICK)"

js:
	@if [ -n "$$(find tests/js -name '*.test.*js' 2>/dev/null)" ]; then \
	  set -x; $(BIN)/node --test "tests/js/**/*.test.*js"; \
	else echo "!! tests/js is missing: no JavaScript was tested"; fi

contracts:
	@if [ -d hardhat/node_modules/hardhat ]; then \
	  set -x; cd hardhat && PATH="$(CURDIR)/$(BIN):$$PATH" npm test; \
	else echo "!! hardhat/node_modules is missing: no contract was tested"; fi

all-tests:
	$(BIN)/python -m pytest --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --include="attest/*" --fail-under=$(ATTEST_COVERED) --format=total
