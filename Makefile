# Everything a checkout needs. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# the first of these that is at least 3.11; `make PYTHON=…` chooses another
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$name"; break; }; done)

CATALOGUES := $(wildcard */locale/*/LC_MESSAGES/*.po)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help run install install-dev catalogues vendor test test-portals lint format lock messages bench clean
.NOTPARALLEL:

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

run: install vendor ## start the service with its demonstration data, on http://127.0.0.1:8000 (Ctrl-C stops it)
	@TABELLION_LOG_FORMAT=$${TABELLION_LOG_FORMAT:-text} exec $(BIN)/tabellion serve --demo

install: $(STAMPS)/project catalogues ## make .venv with the `tabellion` command, from the hashed lock

install-dev: $(STAMPS)/dev catalogues

catalogues: $(CATALOGUES:.po=.mo)

vendor: static/vendor/.stamp ## copy the front-end packages from npm into static/vendor/

static/vendor/.stamp: package.json package-lock.json vendor.mjs
	@command -v npm >/dev/null || { echo "npm is missing. On Debian or Ubuntu: apt install nodejs npm" >&2; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	node vendor.mjs
	@touch $@

test: lint vendor ## every check: style, types, imports, tests (sets itself up)
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

UDATA := .venv-udata
test-portals: install-dev $(UDATA)/.stamp ## the sequences of publication against real udata, in an environment of its own
	TABELLION_UDATA_PYTHON=$(CURDIR)/$(UDATA)/bin/python $(BIN)/python -m pytest -n 0 --timeout 1800 tests_portals $(PYTEST_ARGS)

$(UDATA)/.stamp: $(STAMPS)/venv
	$(PYTHON) -m venv --clear $(UDATA)
	$(UDATA)/bin/python -m pip install --quiet --disable-pip-version-check udata==17.18.0 mongomock==4.3.0
	@touch $@

lint: install-dev ## style, types and imports alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev ## rewrite the code in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install-dev ## run the benchmarks and print their figures
	@shopt -s nullglob; found=(benchmarks/*.py); \
	if [ "$${#found[@]}" = 0 ]; then echo "No benchmark yet: benchmarks/*.py"; exit 0; fi; \
	for file in "$${found[@]}"; do echo "== $$file"; $(BIN)/python "$$file"; done

clean: ## forget the environment and every cache
	rm -rf $(VENV) node_modules static/vendor build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './node_modules/*' -prune -exec rm -rf {} +
	find . -name '*.mo' -path '*/locale/*' -delete

# --- the environment ------------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Tabellion needs Python 3.11 or newer, and none was found. On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$(PYTHON) cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; fi
	$(PYTHON) -m venv --clear $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.lock $(STAMPS)/venv
	@echo "Installing what Tabellion runs on…"
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/project
	@echo "Installing what the checks run on…"
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# --- the locks ------------------------------------------------------------------------------------------------------

UV_COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" $(UPGRADE)

lock: install-dev ## resolve the dependencies again, with hashes (`make lock UPGRADE=--upgrade` for newer versions)
	$(UV_COMPILE) --extra build pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) --extra build --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

# --- the words ------------------------------------------------------------------------------------------------------

%.mo: %.po $(STAMPS)/runtime
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

LANGUAGES := en
messages: install-dev ## gather the sentences to translate into the catalogues of each package that has a locale/ folder
	@for package in $(patsubst %/locale/,%,$(wildcard */locale/)); do \
		sources="$$package"; if [ "$$package" = app ] && [ -d templates ]; then sources="app templates"; fi; \
		$(BIN)/pybabel --quiet extract --mapping babel.cfg --no-default-keywords -k _ -k gettext -k ngettext:1,2 -k N_ \
			--add-location file --sort-by-file --no-wrap --project Tabellion --copyright-holder "the authors of Tabellion" \
			--output "$$package/locale/$$package.pot" $$sources; \
		for language in $(LANGUAGES); do \
			catalogue="$$package/locale/$$language/LC_MESSAGES/$$package.po"; \
			if [ -e "$$catalogue" ]; then \
				$(BIN)/pybabel --quiet update --no-wrap --ignore-pot-creation-date --ignore-obsolete --no-fuzzy-matching --domain "$$package" \
					--input-file "$$package/locale/$$package.pot" --output-dir "$$package/locale" --locale "$$language"; \
			else \
				$(BIN)/pybabel --quiet init --no-wrap --domain "$$package" \
					--input-file "$$package/locale/$$package.pot" --output-dir "$$package/locale" --locale "$$language"; \
			fi; \
		done; \
	done
