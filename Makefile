# One environment in .venv, made from the lock; every target below uses it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
# What make lowest runs: all tests, without the examples in docstrings, which print as under today's versions.
LOWEST_TESTS := tests
# A process that ends amid a test is told and ends the run: started again, it would leave the run waiting for ever.
PYTEST := -m pytest -n auto --maxprocesses 4 --dist loadfile --max-worker-restart 0

.PHONY: demo test fuzz lint docs gallery wheels notebooks bench lock lowest messages mutants stress clean

demo: $(STAMP)
	$(BIN)/urbgeo demo

test: $(STAMP)
	$(BIN)/python $(PYTEST)

fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python $(PYTEST) -m hypothesis

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

# The lowest versions that pyproject.toml declares, in an environment of their own.
lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python tools/install.py lowest
	.venv-lowest/bin/urbgeo demo
	.venv-lowest/bin/python $(PYTEST) $(LOWEST_TESTS)

# Templates of all errors and warnings into the catalogue; then write the Chinese that is missing.
messages: $(STAMP)
	$(BIN)/python tools/messages.py

mutants: $(STAMP)
	$(BIN)/python tools/mutants.py

# A worker killed ten times, Ctrl-C in every long job: minutes, and a machine to itself.
stress: $(STAMP)
	$(BIN)/python -m tests.stress

docs: $(STAMP)
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build

# The pictures of the gallery, from the code below each.
gallery: $(STAMP)
	$(BIN)/python tools/gallery.py

# All that a Windows machine without internet needs, into wheels/; then click install.bat there.
wheels: $(STAMP)
	$(BIN)/python tools/wheels.py

# Runs the notebooks and stores what they show; WHICH="01 05" takes some.
notebooks: $(STAMP)
	$(BIN)/python tools/notebooks.py $(WHICH)

bench: $(STAMP)
	$(BIN)/python -m benchmarks

bench-quick: $(STAMP)
	$(BIN)/python -m benchmarks.quick

$(STAMP): requirements.lock pyproject.toml hatch_build.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--all-extras --no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock .venv-lowest dist build docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
