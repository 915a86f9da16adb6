# run, test, check, bench, docs, clean. Needs Python 3.11 or newer and nothing else: everything
# that is installed goes into .venv, once.
#
#   make run TORCH=default   take the torch your package index offers (on Linux: CUDA, several GB)
#   make run PYTHON=python3.12 VENV=/tmp/venv

VENV   ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TORCH  ?= cpu
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

# Two processes: more would each load torch again, and the tests of many threads want a core for themselves.
WORKERS ?= 2
PYTEST  := QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

# The small builds of torch stand on an index of their own. Where it cannot be reached, what the
# usual index offers is taken; constraints.txt pins the version either way.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

.DEFAULT_GOAL := help
.PHONY: help run test test-all check lint bench docs site readability release clean

help:
	@echo "make run     install, then open the window on the demo camera"
	@echo "make test    install the test tools, then run the tests that need nothing else and are quick"
	@echo "make test-all  all tests: also slow ones, and those that need CROWDMON_DATA or Debian packages"
	@echo "make check   format, lint, types, and make test"
	@echo "make bench   measure this machine at length, out/bench.json and out/bench.md"
	@echo "make docs    draw the pictures and the command reference of the documentation again"
	@echo "make site    build the documentation site into out/site"
	@echo "make readability  list long sentences and old words in the documentation; it only warns"
	@echo "make release VERSION=0.2.0  write version and changelog, commit and tag both"
	@echo "make clean   remove what was made, except $(VENV)"

run: $(VENV)/.run
	@$(BIN)/crowdmon demo --out out

test: $(VENV)/.dev
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not slow and not soak and not peer and not data"

# What takes long watches times and memory, or fills both cores by itself: one after the other.
test-all: $(VENV)/.dev
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not slow and not soak"
	$(PYTEST) -m "slow or soak"

check: lint test

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.run
	@mkdir -p out
	@$(BIN)/crowdmon bench --long --json out/bench.json --markdown out/bench.md

docs: $(VENV)/.dev
	$(BIN)/python docs/make.py
	$(BIN)/python docs/learning.py
	$(BIN)/python docs/ablation.py
	$(BIN)/python examples/count_picture.py "synthetic:plaza?people=60&seed=4&width=800&height=450" docs/images/library.png
	QT_QPA_PLATFORM=offscreen $(BIN)/python docs/screenshots.py

site: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

release:
	@$(PYTHON) docs/release.py "$(VERSION)"

readability:
	@$(PYTHON) docs/readability.py --prose
	@$(PYTHON) docs/readability.py --python

clean:
	rm -rf out build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find crowdmon trainer tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp a set of packages: nothing is asked of pip while the stamp is newer than what it depends on.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "crowdmon needs Python 3.11 or newer; none was found (make PYTHON=/path/to/python3)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.torch: constraints.txt | $(BIN)/python
ifeq ($(TORCH),cpu)
	@echo "installing torch, the build without CUDA"
	@$(PIP) install --quiet --retries 0 --timeout 30 --no-deps --index-url $(TORCH_INDEX) \
		"$$(grep "^torch==" constraints.txt)" 2>/dev/null \
		|| echo "$(TORCH_INDEX) cannot be reached; taking torch from the usual index"
endif
	@touch $@

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/.torch
	@echo "installing crowdmon and what it needs into $(VENV)"
	@$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.torch
	@echo "installing crowdmon and the test tools into $(VENV)"
	@$(PIP) install --quiet -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/.run

$(VENV)/.docs: pyproject.toml constraints.txt | $(VENV)/.run
	@echo "installing the tools of the documentation site into $(VENV)"
	@$(PIP) install --quiet -c constraints.txt -e ".[docs]"
	@touch $@
