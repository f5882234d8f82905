# `make run` starts Earshot, `make test` tests it. Nothing needs to be installed first but Python 3.11 or newer.
PYTHON ?= python3
BIN = .venv/bin
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: run test lint types bench bench-decks chaos lock messages docs

run: .venv/.stamp
	$(BIN)/python manage.py dev

# Everything, browser tests included, three at a time: many of them wait. One file: make test ARGS=tests/config/test_dev.py
test: .venv/.stamp-dev
	$(BIN)/python tools/browser.py
	$(BIN)/python manage.py services run -- $(BIN)/python -m pytest -n 3 --no-loadscope-reorder $(ARGS)

lint: .venv/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/docs.py --check

types: .venv/.stamp-dev
	$(BIN)/mypy

# How pages and decks grow with what was heard, in ratios; asserts nothing.
bench: .venv/.stamp-dev
	$(BIN)/python manage.py services run -- env DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python bench/growth.py $(ARGS)

# What a full deck costs over 10,000, 100,000 and a million mentions: time and memory of each part.
bench-decks: .venv/.stamp-dev
	$(BIN)/python manage.py services run -- env DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python bench/decks.py $(ARGS)

# Kills, stops, empties and restarts a whole Earshot 60 times under load; half an hour. Fails when a row is lost or
# doubled, or when work that is due stands still for more than a minute.
chaos: .venv/.stamp-dev
	$(BIN)/python -m tests.faults.chaos --kill=20 --term=20 --flush=10 --valkey=5 --postgres=5 --in-time $(ARGS)

# New versions of everything within the floors of the .in files.
lock: .venv/.stamp
	$(COMPILE) --upgrade -o requirements-uv.lock requirements-uv.in
	$(COMPILE) --upgrade -o requirements.lock requirements.in
	$(COMPILE) --upgrade -o requirements-dev.lock requirements-dev.in

# Collect the sentences that people read, for the translators.
messages: .venv/.stamp
	$(BIN)/python tools/messages.py

# Bring the parts of docs/ that the code knows best up to date.
docs: .venv/.stamp
	$(BIN)/python tools/docs.py

# Two stamps for one environment: what runs is part of what tests.
.venv/.stamp: requirements.lock requirements-uv.lock tools/environment.py
	$(PYTHON) tools/environment.py requirements.lock
	rm -f .venv/.stamp-dev
	touch $@

.venv/.stamp-dev: requirements-dev.lock requirements-uv.lock tools/environment.py
	$(PYTHON) tools/environment.py requirements-dev.lock
	touch .venv/.stamp $@
