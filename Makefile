# Everything there is to do with the source; `make help` says what.
.PHONY: help demo test check bench trace requirements base dev

PYTHON := .venv/bin/python

help:
	@echo "make demo          simulated readers, the real gate, the live page on http://127.0.0.1:8080"
	@echo "make test          install what is missing, then check, every test, and the coverage floor"
	@echo "make check         lint, format and types"
	@echo "make bench         measure against the disk and the line; one JSON object a line"
	@echo "make trace         requirement -> tests, and how many MUSTs have one"
	@echo "make requirements  compile requirements/*.in to hashed requirements/*.txt"

base:
	@requirements/install.sh base

dev:
	@requirements/install.sh dev

demo: base
	@$(PYTHON) -m gate.demo

check: dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

# The rules and the wire are measured: every branch of them must be run by their own tests.
RULES := tests/core tests/firmware_protocol

# In the order of the folders: the few long tests of whole processes begin early, the many short ones fill the end.
test: check
	@mkdir -p build
	$(PYTHON) -m coverage run -m pytest -q $(RULES) --junitxml=build/junit-rules.xml
	$(PYTHON) -m coverage report --include='gate/core/*,firmware_protocol/*' --fail-under=100 --skip-covered
	$(PYTHON) -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder $(addprefix --ignore=,$(RULES)) --junitxml=build/junit-rest.xml
	@$(PYTHON) -m tests.trace --results build/junit-rules.xml build/junit-rest.xml --summary

bench: dev
	@$(PYTHON) -m tests.bench

trace: dev
	@$(PYTHON) -m tests.trace

requirements: dev
	for name in base dev peer uv; do \
		.venv/bin/uv pip compile -q --universal --generate-hashes --no-header \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
