# The project's commands. Both `make app` and `make test` install what they need into .venv
# and repeat that only when the content of a requirements file has changed.

PYTHON ?= python3
PORT ?= 8501
VENV ?= .venv
PYTEST_ARGS ?=
# A file's tests share a model, so they stay in one process. Browser tests run one after
# another: on a busy machine they meet races and time limits.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile

VENV_PYTHON := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime-$(shell cat requirements.txt | cksum | cut -d ' ' -f 1)
DEV := $(VENV)/.dev-$(shell cat requirements*.txt | cksum | cut -d ' ' -f 1)

.PHONY: help app test lint viewer chromium clean

help:
	@echo "make app     serve the app on http://localhost:$(PORT)"
	@echo "make test    check format and style, then run all tests"
	@echo "make lint    check format and style only"
	@echo "make clean   remove everything that these commands made"

app: $(RUNTIME) viewer
	$(VENV_PYTHON) -m streamlit run app.py --server.port $(PORT)

test: lint viewer chromium
	$(VENV_PYTHON) -m pytest $(PARALLEL) --ignore=tests/browser $(PYTEST_ARGS)
	$(VENV_PYTHON) -m pytest tests/browser $(PYTEST_ARGS)

lint: $(DEV)
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m ruff check .
	$(VENV)/bin/lint-imports --no-cache

# Without 3Dmol.js everything but the 3D view works, so a failure is said and not fatal.
viewer: $(RUNTIME)
	@$(VENV_PYTHON) -m crysformer.picture.asset || echo "Going on without the 3D view."

chromium:
	@if [ -x /usr/bin/chromium ]; then exit 0; fi; \
	root=""; \
	if [ "$$(id -u)" -ne 0 ]; then root="sudo -n"; fi; \
	if command -v apt-get > /dev/null && $$root true 2> /dev/null; then \
		echo "Installing Chromium for the browser tests."; \
		$$root apt-get update -qq && \
		$$root env DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends chromium > /dev/null || true; \
	fi; \
	if [ ! -x /usr/bin/chromium ]; then \
		echo "/usr/bin/chromium is not there and could not be installed:" \
			"the browser tests will be skipped."; \
	fi

$(VENV_PYTHON):
	@command -v $(PYTHON) > /dev/null || { \
		echo "There is no program $(PYTHON); Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "$$($(PYTHON) --version) is too old; name Python 3.11 or newer," \
			"such as: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2> /dev/null || { \
		echo "$(PYTHON) lacks the module venv; on Debian or Ubuntu install it with:" \
			"apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(VENV_PYTHON)
	@echo "Installing requirements.txt, which takes one to three minutes once."
	$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/.runtime-*
	@touch $@

$(DEV): | $(RUNTIME)
	$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/.dev-*
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache static/3Dmol-min.js static/3Dmol-LICENSE.txt
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
