# `make` builds the book, `make test` runs every fast check of the code, `make check` runs the validators on the
# built book. Each one first sets up what it needs, and only what is missing.
.DEFAULT_GOAL := book
.PHONY: book test test-all check check-citations bench bench-stages bench-handouts peers lock golden clean setup setup-check
unexport PYTHONDONTWRITEBYTECODE   # it makes every start slower
PY := .venv/bin/python

book: setup
	@$(PY) -m ketapub build --strict

# Every step runs, so that one go shows everything that is wrong.
test: setup
	@failed=""; \
	step() { echo "== $$*"; .venv/bin/"$$@" || failed="$$failed $$1"; }; \
	step ruff check .; \
	step ruff format --check .; \
	step mypy; \
	step lint-imports --no-logo; \
	step pytest -q -n auto --dist worksteal; \
	[ -z "$$failed" ] || { echo "FAILED:$$failed"; exit 1; }

# The slow tests ask validators about faults of all kinds (tests/mutants).
test-all: setup-check
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -q -n auto --dist worksteal -m "" -o norecursedirs=".* check check_citations fixtures problems books golden"

# As many workers as processors; who has nothing left to do takes from the end of another one's list.
check: setup-check
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -q -m "" -n auto --dist worksteal tests/check

# Every medical citation style against another engine; what differs and why is in tests/check_citations.
check-citations: setup-check
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -q -rP -m "" tests/check_citations

# Whole books by ketapub and by what else makes books, which takes hours: SIZE=38 PEERS=weasyprint,pandoc for less.
bench: setup
	@$(PY) -m bench $(if $(SIZE),--size $(SIZE)) $(if $(PEERS),--peers $(PEERS))

# CPU time against the bare engine, and of tags against none, as ratios with limits.
bench-stages: setup
	@failed=0; for one in citations tags site; do $(PY) -m bench.$$one || failed=1; done; exit $$failed

# A thousand sheets, which take a while: SIZE=60 makes fewer.
bench-handouts: setup
	@$(PY) -m bench.handouts --size $(or $(SIZE),1000)

# Rewrite the golden texts from what the code does now; then read the diff.
golden: setup
	@UPDATE_GOLDEN=1 $(PY) -m pytest -q -k golden

# What `make bench` compares with, beside what there is already.
peers: setup-check
	@sh setup/peers

lock:
	@sh setup/lock

clean:
	@rm -rf build .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

setup:
	@sh setup/bootstrap test

setup-check:
	@sh setup/bootstrap check
