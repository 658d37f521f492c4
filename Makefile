# Works with GNU make 3.81, which macOS ships. `make help` explains every target.

CARGO ?= cargo
# The commands that compile take the lock file as it is.
LOCKED := --locked

# `make run`: where it keeps its files, and where it listens (the demo provider too).
DIR = .syncline
LISTEN =
DEMO_LISTEN =
ONCE =
QUICKSTART = $(CARGO) run $(LOCKED) -p syncline -- quickstart --dir "$(DIR)" \
	$(if $(LISTEN),--listen $(LISTEN)) \
	$(if $(DEMO_LISTEN),--demo-listen $(DEMO_LISTEN)) \
	$(if $(ONCE),--once)

# `make conformance`: how many examples on each database, and the first seed (drawn if empty).
EXAMPLES = 20000
SEED =
# `make fuzz`: which target of tests/fuzz/targets, and for how long.
TARGET =
SECONDS = 60
# `make chaos`: how many faults; SEED repeats their order; DATABASE is sqlite or postgres (both if empty).
FAULTS = 200
DATABASE =
# `make simulate`: how many seeds; or the one whose story is told. SEED is also that of conformance.
# BUG=JoinStarted breaks a rule on purpose, in a SEED or in SEEDS (crates/store/src/bug.rs lists them).
SEEDS = 10000
BUG =
# The simulation with the switches of deliberate bugs, which nothing else is built with.
BUGS := --workspace --features syncline-simulation/bugs --test simulation
# `make test-clients`: the only one to try (all if empty).
CLIENT =

DATASETTE = tests/env/python.sh datasette tests/env/requirements.txt

.DEFAULT_GOAL := help
.PHONY: help run test test-sqlite setup verify fmt fmt-check clippy house docs spec lint-spec conformance test-clients oracle manifests simulate fuzz bench bench-scale chaos clean once

help: ## Explain every target
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  Variables of run: ONCE=1 (end after the sync), LISTEN=127.0.0.1:8080, DIR=.syncline,"
	@echo "  DEMO_LISTEN=127.0.0.1:8090. Of conformance: EXAMPLES=20000, SEED=1. Of fuzz: TARGET=queries, SECONDS=60."
	@echo "  Of chaos: FAULTS=200, SEED=1, DATABASE=sqlite."

run: ## Build, sync a demo system into SQLite, show what landed, go on serving
	@tests/env/preflight.sh run
	$(QUICKSTART)

test: ## Run every test, on SQLite and PostgreSQL
	@tests/env/preflight.sh test --setup
	@$(DATASETTE) >/dev/null
	$(CARGO) build $(LOCKED) --workspace --all-targets
	environment=$$($(DATASETTE)) && SYNCLINE_TEST_PYTHON="$$environment/bin/python" \
		tests/env/with-postgres.sh $(CARGO) test $(LOCKED) --workspace --no-fail-fast
	$(CARGO) test $(LOCKED) $(BUGS) -- bugs:: --nocapture
	$(CARGO) test $(LOCKED) -p syncline-domain --features cron

test-sqlite: ## Run every test that needs neither PostgreSQL nor Python
	@tests/env/preflight.sh sqlite
	$(CARGO) build $(LOCKED) --workspace --all-targets
	$(CARGO) test $(LOCKED) --workspace --no-fail-fast -- --skip postgres --skip datasette
	$(CARGO) test $(LOCKED) $(BUGS) -- bugs:: --nocapture
	$(CARGO) test $(LOCKED) -p syncline-domain --features cron

setup: ## Install what the tests need (Debian, Ubuntu; needs root or sudo)
	tests/env/setup.sh verify

verify: ## All that CI checks: fmt, clippy, lint-spec, docs, test (house rules with it), conformance, once
	@tests/env/preflight.sh verify --setup
	$(MAKE) fmt-check
	$(MAKE) lint-spec
	$(MAKE) clippy
	$(MAKE) docs
	$(MAKE) test
	$(MAKE) conformance EXAMPLES=2000 SEED=1
	$(MAKE) once
	@echo "make verify: all checks passed"

fmt: ## Format the code
	$(CARGO) fmt --all

fmt-check: ## Fail when the code is not formatted
	$(CARGO) fmt --all --check

clippy: ## Lint everything; a warning is an error
	$(CARGO) clippy $(LOCKED) --workspace --all-targets -- -D warnings
	$(CARGO) clippy $(LOCKED) -p syncline-domain --all-targets --features cron -- -D warnings
	$(CARGO) clippy $(LOCKED) --workspace --all-targets --features \
		syncline-api/fuzzing,syncline-connectors/fuzzing,syncline-simulation/bugs -- -D warnings

house: ## Check the house rules: dependency arrows, licences, file sizes, status writes, links
	$(CARGO) test $(LOCKED) -p syncline-e2e --test house

docs: ## Build the API docs of every crate; a broken link is an error
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(LOCKED) --no-deps --workspace

spec: ## Write openapi/openapi.json and its 3.0 twin from the handlers
	$(CARGO) run $(LOCKED) -p syncline -- openapi > openapi/openapi.json.new
	mv openapi/openapi.json.new openapi/openapi.json
	$(CARGO) run $(LOCKED) -p syncline -- openapi --version 3.0 > openapi/openapi-3.0.json.new
	mv openapi/openapi-3.0.json.new openapi/openapi-3.0.json

lint-spec: ## Lint the OpenAPI documents: Redocly's recommended rules and Spectral's oas
	@tests/env/preflight.sh lint --setup
	tests/openapi/lint/lint.sh

conformance: ## Ask real servers what the spec says (schemathesis, both databases; EXAMPLES, SEED)
	@tests/env/preflight.sh test --setup
	$(CARGO) build $(LOCKED) -p syncline
	tests/openapi/conformance/conformance.sh $(EXAMPLES) $(SEED)

test-clients: ## Generate seven clients from openapi/, compile them, and run each (CLIENT=one of them)
	@tests/env/preflight.sh clients --setup
	$(CARGO) build $(LOCKED) -p syncline
	tests/clients/clients.sh $(CLIENT)

oracle: ## Ask the reference runtime what it does with the cases and templates of tests/declarative
	@tests/env/preflight.sh test --setup
	environment=$$(tests/env/python.sh oracle tests/declarative/oracle/requirements.txt) && \
		"$$environment/bin/python" tests/declarative/oracle/interpolation.py && \
		"$$environment/bin/python" tests/declarative/oracle/cases.py

fuzz: ## Fuzz one reader of what users send (TARGET=templates, SECONDS=60; needs nightly Rust, cargo-fuzz)
	@tests/fuzz/fuzz.sh $(TARGET) $(SECONDS)

simulate: ## Run engines and store on one thread, with faults, for many seeds (SEEDS=10000, SEED=1234: one)
	SEEDS="$(SEEDS)" SEED="$(SEED)" BUG="$(BUG)" \
		$(CARGO) test $(LOCKED) $(if $(BUG),$(BUGS),--workspace --test simulation) -- \
		--ignored --nocapture as_asked

manifests: ## Check published manifests, fetched from PyPI into target/manifests
	@tests/env/preflight.sh test --setup
	$(CARGO) build $(LOCKED) -p syncline
	environment=$$(tests/env/python.sh oracle tests/declarative/oracle/requirements.txt) && \
		"$$environment/bin/python" tests/declarative/manifests/manifests.py \
			"$${CARGO_TARGET_DIR:-target}/debug/syncline" "$${CARGO_TARGET_DIR:-target}/manifests"

bench: ## Measure speed and memory, on both databases (release build, takes minutes)
	@tests/env/preflight.sh verify --setup
	$(CARGO) build $(LOCKED) --profile bench -p syncline -p syncline-bench --bins --benches
	environment=$$(tests/env/python.sh oracle tests/declarative/oracle/requirements.txt) && \
		packages=$$(tests/env/npm.sh bench-peers tests/bench/peers) && \
		dlt=$$(tests/env/python.sh bench-dlt tests/bench/peers/requirements.txt) && \
		SYNCLINE_BENCH_PACKAGES="$$packages" \
		SYNCLINE_BENCH_DLT="$$dlt/bin/python" \
		SYNCLINE_BENCH_REFERENCE="$$environment/bin/source-declarative-manifest" \
		SYNCLINE_TEST_POSTGRES_DURABLE=1 tests/env/with-postgres.sh \
		$(CARGO) bench $(LOCKED) -p syncline -p syncline-bench --bench syncline

bench-scale: ## Measure a store of ten million syncs beside one that is next to empty (half an hour, 20 GB)
	@tests/env/preflight.sh test --setup
	$(CARGO) build $(LOCKED) --profile bench -p syncline -p syncline-bench --bins --benches
	SYNCLINE_TEST_POSTGRES_DURABLE=1 tests/env/with-postgres.sh \
		$(CARGO) bench $(LOCKED) -p syncline -p syncline-bench --bench syncline -- scale

chaos: ## Kill, stop, cut off and starve real processes and databases (FAULTS=200, SEED, DATABASE; half an hour)
	@tests/env/preflight.sh test --setup
	$(CARGO) build $(LOCKED) --workspace --bin syncline --bench chaos
	SYNCLINE_CHAOS_FAULTS=$(FAULTS) SYNCLINE_CHAOS_SEED=$(SEED) tests/chaos/chaos.sh $(DATABASE)

once: ## `make run ONCE=1` in a fresh directory, on free ports
	@directory=$$(mktemp -d "$${TMPDIR:-/tmp}/syncline-once.XXXXXX") && \
		trap 'rm -rf "$$directory"' EXIT && \
		$(MAKE) run ONCE=1 DIR="$$directory/state" LISTEN=127.0.0.1:0 DEMO_LISTEN=127.0.0.1:0

clean: ## Remove what was built (not .syncline, which holds your data)
	$(CARGO) clean
