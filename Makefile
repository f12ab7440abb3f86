# Two commands do everything on a fresh machine with Python 3.11 or newer and make:
#   make demo    sets up .venv and runs the main experiment
#   make test    sets up .venv and runs the tests

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
PICTURE := docs/pictures/negotiation.png
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.PHONY: help demo compiled test test-slow test-prose test-long lint docs picture bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       who wins the Kazakhstan tender: table, plot, results on disk"
	@echo "make test       the tests"
	@echo "make test-slow  the slow statistical tests"
	@echo "make test-prose the commands of README and docs, the findings and the notebooks, made again"
	@echo "make test-long  both of them, side by side"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make docs       the documentation as a site: site/index.html, which needs no network"
	@echo "make picture    the picture of the README, drawn again"
	@echo "make bench      speed and memory, as ratios inside one run; AGAINST=REF beside an earlier commit"
	@echo "make clean      remove what make has made: .venv, .venv-newer, site, results"

$(VENV)/created:
	@test -n "$(PYTHON)" || { echo "minegame needs Python 3.11 or newer: none found. Install one, or: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 2; }
	@echo "Setting up $(VENV) with $(PYTHON) (once; a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml constraints.txt
	@$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(PIP) -e '.[dev]'
	@touch $@

# Compiled once before several test processes would each begin to.
compiled: $(VENV)/installed-dev
	@$(BIN)/python -c 'from minegame import runner; runner.warm()'

demo: $(VENV)/installed
	@$(BIN)/minegame run experiments/who_wins.yaml

test: compiled
	@$(BIN)/python -m pytest -n auto --dist worksteal -m 'not slow and not prose'

test-slow: compiled
	@$(BIN)/python -m pytest -n auto --dist worksteal -m slow

test-prose: compiled
	@$(BIN)/python -m pytest -n auto --dist worksteal -m prose

test-long: compiled
	@$(BIN)/python -m pytest -n auto --dist worksteal -m 'slow or prose'

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

$(VENV)/installed-docs: $(VENV)/installed
	@$(PIP) -e '.[docs]'
	@touch $@

docs: $(VENV)/installed-docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Written: site/index.html"

# With few colours it takes a third of the room.
picture: $(VENV)/installed
	@$(BIN)/minegame play kazakhstan_tungsten --seed 1 --replication 7 --plot $(PICTURE) >/dev/null
	@$(BIN)/python -c 'from PIL import Image; \
		Image.open("$(PICTURE)").convert("RGB").convert("P", palette=1, colors=64).save("$(PICTURE)", optimize=True)'

bench: $(VENV)/installed-dev
	@$(BIN)/python bench/bench.py $(if $(AGAINST),--against $(AGAINST))

clean:
	rm -rf $(VENV) .venv-newer site results
