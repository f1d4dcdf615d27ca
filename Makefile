# The project's commands. Both `make app` and `make test` install what they need into .venv
# and repeat that only when the content of a requirements file has changed.

PYTHON ?= python3
PORT ?= 8501
ADDRESS ?= localhost
VENV ?= .venv
PYTEST_ARGS ?=
FUZZ_INPUTS ?= 50000
FUZZ_SEED ?= 0
PIP_AUDIT := 2.10.1
# A file's tests share a model or a server, so they stay in one process; files with slow
# tests come first (tests/conftest.py), and xdist is not to order them anew.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

VENV_PYTHON := $(VENV)/bin/python
RUNTIME_FILES := requirements.txt requirements.lock
DEV_FILES := $(RUNTIME_FILES) requirements-dev.txt requirements-dev.lock
RUNTIME := $(VENV)/.runtime-$(shell cat $(RUNTIME_FILES) | cksum | cut -d ' ' -f 1)
DEV := $(VENV)/.dev-$(shell cat $(DEV_FILES) | cksum | cut -d ' ' -f 1)

# The lock files hold for Python 3.11 and newer on every system: markers choose. CUDA's
# libraries are left to torch, which pins them: without a card nobody needs them.
COMPILE := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-package triton --no-emit-package cuda-bindings \
	--no-emit-package cuda-pathfinder --no-emit-package cuda-toolkit \
	$(foreach each,cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile \
	curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx, \
	--no-emit-package nvidia-$(each))
# Of torch's CPU build for CPython 3.11 on Linux, which PyPI does not have.
TORCH_CPU := 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b

.PHONY: help app test fuzz lint viewer chromium lock audit clean

help:
	@echo "make app     serve the app on http://localhost:$(PORT), to this computer alone;"
	@echo "             ADDRESS=0.0.0.0 lets others in"
	@echo "make test    check format and style, then run all tests"
	@echo "make fuzz    read FUZZ_INPUTS=$(FUZZ_INPUTS) damaged files, an hour or so"
	@echo "make lint    check format and style only"
	@echo "make lock    pin everything that is installed, with hashes (needs uv)"
	@echo "make audit   look for known holes in what is installed"
	@echo "make clean   remove everything that these commands made"

app: $(RUNTIME)
	$(VENV_PYTHON) -m crysformer app --port $(PORT) --address $(ADDRESS)

test: lint viewer chromium
	$(VENV_PYTHON) -m pytest $(PARALLEL) --ignore=tests/browser $(PYTEST_ARGS)
	$(VENV_PYTHON) -m pytest $(PARALLEL) tests/browser $(PYTEST_ARGS)

# Each input's time and memory is measured; what fails is kept in artifacts/fuzz.
fuzz: $(DEV)
	$(VENV_PYTHON) -m tests.fuzz --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)

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
	@.ci/install $(VENV_PYTHON) requirements
	@rm -f $(VENV)/.runtime-*
	@touch $@

$(DEV): | $(RUNTIME)
	@.ci/install $(VENV_PYTHON) requirements-dev
	@rm -f $(VENV)/.dev-*
	@touch $@

lock:
	uv pip compile requirements.txt $(COMPILE) -o requirements.lock
	uv pip compile requirements-dev.txt $(COMPILE) -c requirements.lock \
		-o requirements-dev.lock
	sed -i 's/^\(torch==.*\)\\$$/\1\\\n    --hash=sha256:$(TORCH_CPU) \\/' \
		requirements.lock requirements-dev.lock

# In a place of its own: it would bring other versions along.
audit:
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/pip install --quiet pip-audit==$(PIP_AUDIT); }
	@log=$$(mktemp); \
	$(VENV)/audit/bin/pip-audit --disable-pip --progress-spinner off \
		-r requirements-dev.lock > $$log 2>&1; status=$$?; cat $$log; \
	if grep -qE "could not be audited|ConnectionError|timed out" $$log; then \
		echo "Not audited: no database of known holes can be reached from here."; \
		status=1; \
	fi; rm $$log; exit $$status

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache static/3Dmol-min.js static/3Dmol-LICENSE.txt
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
