# Cachly's four commands: make run, make test, make lint, make bench. Each makes its environment once.
# Needs Python 3.11 or newer (name another with `make run PYTHON=python3.12`) and the package index of Python.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
# Further words for pytest, as in: make test TESTS="tests/rules -x"
TESTS ?=

.PHONY: run test lint bench lock clean

run: .venv/.to-run
	$(BIN)/cachly demo

test: .venv/.to-test
	$(BIN)/pytest -n auto --dist worksteal $(TESTS)

lint: .venv/.to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/bot/test_catalogues.py

bench: .venv/.to-test
	$(BIN)/python -m bench

.venv/.to-run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cachly needs Python 3.11 or newer: make run PYTHON=python3.12")'
	@echo "Making the environment in .venv (once, about a minute) …"
	$(PYTHON) -m venv .venv
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.to-test: .venv/.to-run requirements-dev.lock
	$(PIP) install -r requirements-dev.lock
	@touch $@

# Choose the newest versions within the ranges of pyproject.toml, and pin them.
lock:
	rm -rf .venv-lock build
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip --quiet install "setuptools>=77" .
	(echo '# What Cachly runs on, pinned; made by `make lock`.'; \
	 .venv-lock/bin/pip freeze --all --exclude pip --exclude cachly) > requirements.lock
	.venv-lock/bin/pip --quiet install ".[dev]"
	(echo '# What tests, lint and benchmarks need besides; made by `make lock`.'; echo '-r requirements.lock'; \
	 .venv-lock/bin/pip freeze --all --exclude pip --exclude cachly | grep -vxFf requirements.lock) > requirements-dev.lock
	rm -rf .venv-lock build

clean:
	rm -rf .venv .venv-lock .cachly
