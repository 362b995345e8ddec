# Legation: one command for each thing that people do here. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install run test check bench audit docs lock browser films interop clean

VENV := .venv
# The first Python of this machine that is new enough; `make PYTHON=/path/to/python install` chooses another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
INSTALLED := $(VENV)/.installed
CHROMIUM := /usr/bin/chromium
INTEROP := .interop
FEDIFY := tests/interop/fedify
MASTO := tests/interop/masto
# Locks are made from the public registry alone, whatever mirrors or folders this machine adds to it.
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_INDEX_URL= PIP_EXTRA_INDEX_URL= CUSTOM_COMPILE_COMMAND="make lock" \
	$(VENV)/bin/pip-compile --quiet --no-config --strip-extras --allow-unsafe --generate-hashes --no-build-isolation \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
# `make lock UPGRADE=--upgrade` takes the newest of everything; `UPGRADE="--upgrade-package aiohttp"` one of them.
UPGRADE ?=
# `make bench OPTIONS="--quick"`, or `--only NAME`, `--profile`, `--publish`.
OPTIONS ?=

help:
	@echo "make install   a virtual environment in $(VENV) with everything at the locked versions"
	@echo "make run       three nodes of a small ministry on this machine, with people and posts"
	@echo "make test      all tests, browser included"
	@echo "make check     style, types and import contracts"
	@echo "make bench     how fast a node is, beside what the machine itself could do"
	@echo "make audit     known weaknesses of the locked libraries (asks the public registry)"
	@echo "make docs      docs/reference/client-api.md anew from the code"
	@echo "make lock      requirements.lock and the other locks anew from what is required"
	@echo "make clean     remove what can be made again"

# Compiled beforehand, so that no start waits for it, not even where Python may not write beside its sources.
install: $(INSTALLED)
	@$(VENV)/bin/python -m compileall -q node federation storage
	@echo "==> installed: $(VENV)/bin/legation"

$(INSTALLED): pyproject.toml requirements.lock requirements-dev.lock
	@echo "==> install: Python packages at their locked versions into $(VENV)"
	@if [ -z "$(PYTHON)" ]; then \
		echo "Legation needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv python3-pip"; exit 1; fi
	@# Debian parts venv's pip from Python: where it is missing, the machine's own pip fills the environment.
	@if ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then \
		rm -rf $(VENV); \
		$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
		|| { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) \
			&& $(PYTHON) -m pip --python $(VENV)/bin/python install --quiet --quiet --require-hashes \
				--requirement requirements-dev.lock; } \
		|| { rm -rf $(VENV); echo "No pip to start with. On Debian: apt-get install python3-venv python3-pip"; exit 1; }; fi
	@$(VENV)/bin/python -m pip install --quiet --quiet --require-hashes --requirement requirements-dev.lock
	@$(VENV)/bin/python -m pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: install
	@echo "==> run: three nodes on this machine; stop them with Ctrl-C"
	@$(VENV)/bin/legation demo

test: install browser films interop
	@echo "==> test: pytest"
	@$(VENV)/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

browser:
	@if [ -x $(CHROMIUM) ]; then exit 0; fi; \
	echo "==> browser: Debian's Chromium, for the tests of the pages"; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; \
	elif sudo -n true 2>/dev/null; then as_root="sudo"; \
	else echo "Chromium is missing, tests of the pages will not run. As root: apt-get install chromium"; exit 0; fi; \
	{ $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	|| echo "Chromium could not be installed, tests of the pages will not run. As root: apt-get install chromium"

films:
	@if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then exit 0; fi; \
	echo "==> films: Debian's ffmpeg, for the tests of films and sound"; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; \
	elif sudo -n true 2>/dev/null; then as_root="sudo"; \
	else echo "ffmpeg is missing, tests of films and sound will not run. As root: apt-get install ffmpeg"; exit 0; fi; \
	{ $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null; } \
	|| echo "ffmpeg could not be installed, tests of films and sound will not run. As root: apt-get install ffmpeg"

interop: install $(INTEROP)/.installed

# Other software wants older libraries than a node does, and a newer Node.js than Debian has: it gets a place of its own.
$(INTEROP)/.installed: tests/interop/requirements.lock $(FEDIFY)/package-lock.json $(MASTO)/package-lock.json
	@echo "==> interop: other software to test against, into $(INTEROP) and its folders' node_modules"
	@$(VENV)/bin/python -m venv --clear --without-pip $(INTEROP)/python
	@$(VENV)/bin/python -m pip --python $(INTEROP)/python/bin/python install --quiet --quiet --require-hashes \
		--requirement tests/interop/requirements.lock
	@if $(INTEROP)/python/bin/npm ci --prefix $(FEDIFY) --loglevel=error --fetch-retries=1 >/dev/null \
		&& $(INTEROP)/python/bin/npm ci --prefix $(MASTO) --loglevel=error --fetch-retries=1 >/dev/null; then touch $@; \
	else echo "npm packages could not be installed, tests against Fedify or with masto.js will not run."; fi

check: install
	@echo "==> check: ruff"
	@$(VENV)/bin/ruff check .
	@echo "==> check: ruff format"
	@$(VENV)/bin/ruff format --check .
	@echo "==> check: mypy --strict"
	@$(VENV)/bin/mypy
	@echo "==> check: import contracts"
	@$(VENV)/bin/lint-imports

bench: install
	@echo "==> bench: each figure beside its floor, on both databases; the history is in .bench/history.jsonl"
	@$(VENV)/bin/python -m tests.bench.run $(OPTIONS)

audit: install
	@echo "==> audit: known weaknesses of the libraries that a node runs with"
	@$(VENV)/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

docs: install
	@echo "==> docs: the page about the client API, from the code"
	@$(VENV)/bin/python -m tests.node.api.reference

lock: install interop
	@echo "==> lock: what a node runs with"
	@$(COMPILE) $(UPGRADE) --output-file requirements.lock pyproject.toml
	@echo "==> lock: what developers need beside it"
	@$(COMPILE) $(UPGRADE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@echo "==> lock: what the tests against other software need"
	@$(COMPILE) $(UPGRADE) --output-file tests/interop/requirements.lock tests/interop/requirements.in
	@$(INTEROP)/python/bin/npm $(if $(filter --upgrade,$(UPGRADE)),update,install) --prefix $(FEDIFY) --package-lock-only --loglevel=error
	@$(INTEROP)/python/bin/npm $(if $(filter --upgrade,$(UPGRADE)),update,install) --prefix $(MASTO) --package-lock-only --loglevel=error

clean:
	@echo "==> clean: the virtual environment, caches and builds"
	@rm -rf $(VENV) $(INTEROP) $(FEDIFY)/node_modules $(MASTO)/node_modules build dist *.egg-info .screenshots .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find node federation storage tests -type d -name __pycache__ -prune -exec rm -rf {} +
