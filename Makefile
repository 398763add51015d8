# Two commands matter: `make chat` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 7860

.DEFAULT_GOAL := help
.PHONY: help install models index chat test fix clean

help:  ## print this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

install: $(VENV)/.installed  ## create .venv and install the project

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make chat PYTHON=python3.12"; exit 2; }
	@command -v c++ >/dev/null || \
	  { echo "a C++ compiler is needed to build llama-cpp-python: install g++ (Debian: apt-get install g++)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "cannot create a virtual environment: install python3-venv"; exit 2; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing; building llama-cpp-python takes some minutes the first time."
	@$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e . || \
	  { echo "installing failed: see the lines above; run make again once it is mended"; exit 2; }
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[test]'
	@touch $@

models: $(VENV)/.installed  ## fetch and verify the two models (about 2.4 GB, once)
	@$(BIN)/rag models fetch

index: models  ## ingest the demo articles in seeds/
	@$(BIN)/rag ingest seeds/articles

chat: index  ## install, fetch, ingest seeds/ and open the chat page
	@$(BIN)/rag chat --port $(PORT)

test: $(VENV)/.tested  ## run every test that this machine can run
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy --strict rag
	@$(BIN)/rag models fetch || echo "the models could not be fetched: their tests are left out"
	@$(BIN)/pytest -ra

fix: $(VENV)/.tested  ## format the code and mend what ruff can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

clean:  ## remove .venv and what was built; models and index stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache *.egg-info
