# Everything a person runs. `make run` and `make test` set up what they need by themselves:
# a virtualenv in .venv with the locked packages, made again only when a lock file changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet --require-hashes

# Options for the program behind a target: make run ARGS="--port 9000", make test ARGS="-k feed".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install run worker migrate test check format bench build-ui lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

install: $(VENV)/.installed-dev ## set up .venv with everything, also for development

run: $(VENV)/.installed ## start the service: API, UI and one worker, with its own Postgres
	@exec $(BIN)/python -m server serve $(ARGS)

worker: $(VENV)/.installed ## start one more worker on the database of DATABASE_URL
	@exec $(BIN)/python -m server worker $(ARGS)

migrate: $(VENV)/.installed ## bring the database's schema up to date
	@exec $(BIN)/python -m server migrate $(ARGS)

test: $(VENV)/.installed-dev ## run every test, on all cores (finds or installs Chromium)
	@CHROMIUM="$$(sh scripts/find_chromium.sh)" && export CHROMIUM && \
		exec $(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadfile -q $(ARGS)

check: $(VENV)/.installed-dev ## format, lint, types, the architecture's rules and known weaknesses
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Run 'make format' and look at the change." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/basedpyright
	@$(BIN)/python -m pytest tests/test_architecture.py tests/architecture -q
	@sh scripts/audit.sh $(BIN)

format: $(VENV)/.installed-dev ## write the house's format and the safe lint fixes
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.installed-dev ## measure, and write the table in BENCHMARKS.md
	@exec $(BIN)/python -m benchmarks $(ARGS)

build-ui: ## build the part of the UI that has a build step
	@sh scripts/build_ui.sh

lock: $(VENV)/.installed-dev ## pin what pyproject.toml asks for (UPGRADE=--upgrade for newer versions)
	@sh scripts/lock.sh $(UPGRADE)

clean: ## remove the virtualenv and caches; the data in .goldenpath stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis test-results

$(VENV)/.installed: requirements.lock scripts/make_venv.sh
	@sh scripts/make_venv.sh $(VENV) $(PYTHON)
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@
