# make run: set up what is missing, then serve at http://localhost:3000. make test: everything that has to hold.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
IN := $(VENV)/bin/
PYTHON ?=
export PYTHONUNBUFFERED := 1

# An environment whose Python is gone, or that was made in another folder, is made anew.
ifneq ($(wildcard $(VENV)/bin/pip),)
ifeq ($(shell $(IN)python -c '' 2>/dev/null && grep -qsF "$(CURDIR)/$(VENV)/bin/python" $(IN)pip && echo good),)
$(shell rm -rf $(VENV))
endif
endif

.PHONY: help run test lint bench soak pictures clean

help:
	@echo "make run       set up what is missing and serve (settings: .env.example; HOST=0.0.0.0 to listen everywhere)"
	@echo "make test      format, types, layers, migrations, and all tests"
	@echo "make lint      only the first three of those"
	@echo "make bench     figures, as ratios to a bare server"
	@echo "make soak      the long test"
	@echo "make pictures  take the pictures of the documentation anew"
	@echo "make clean     remove what was built; var/, with the database in it, stays"

run: $(VENV)/.run
	@exec $(IN)python -m troubleshoot_app serve --end-with-parent $(if $(findstring command line,$(origin HOST)),--host $(HOST))

test: $(VENV)/.dev
	@$(IN)python -m tests.support.checks
	@$(IN)python -m tests.support.chromium
	$(IN)python -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(VENV)/.dev
	@$(IN)python -m tests.support.checks --only-code

bench: $(VENV)/.dev
	$(IN)python -m tests.bench

soak: $(VENV)/.dev
	@$(IN)python -m tests.support.chromium
	$(IN)python -m pytest -m soak $(ARGS)
	$(IN)python -m pytest --hypothesis-profile long tests/domain tests/exports tests/notifications/test_messages.py

pictures: $(VENV)/.dev
	$(IN)python -m tests.support.pictures

clean:
	rm -rf $(VENV) .web .states assets/external .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(VENV)/.run: requirements.txt constraints.txt | $(VENV)/bin/pip
	@echo "Installing the Python packages into $(VENV); this takes a minute."
	@$(IN)python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing the tools for tests into $(VENV)."
	@$(IN)python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

$(VENV)/bin/pip:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    echo "Making a Python environment in $(VENV) with $$python."; \
	    rm -rf $(VENV); \
	    $$python -m venv $(VENV) && exit 0; \
	    echo "$$python cannot make environments; install its venv module (on Debian: apt-get install python3-venv)." >&2; \
	    rm -rf $(VENV); exit 2; \
	  fi; \
	done; \
	echo "Python 3.11 is needed and was not found; name it with make run PYTHON=/path/to/python3.11." >&2; exit 2
