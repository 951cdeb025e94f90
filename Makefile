# The commands of the README. The build cache lives outside the checkout, so that every clone shares it.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/jiju/target
JIJU = $(CARGO_TARGET_DIR)/release/jiju
NOTEBOOK_ENVIRONMENT ?= $(HOME)/.cache/jiju/notebook
PYTHON_ENVIRONMENT ?= $(HOME)/.cache/jiju/python
# Packages as they are locked; none of theirs is run while they are installed.
NPM_CI = npm ci --ignore-scripts --no-audit --no-fund
BENCH_FOLDER ?= $(HOME)/.cache/jiju/bench
BENCH_PYTHON = benches/python.sh $(BENCH_FOLDER)/environment
# Millions of points, rounds, and with DENSE=1 counties with ten times the vertices; with DATE=… results are written.
SIZES ?= 1 10
ROUNDS ?= 5

.PHONY: asan test-office simulate simulate-forecast simulate-sample simulate-intervals help demo build test audit dist memcheck fuzz fuzz-keep soak torture test-without-gdal check-style test-rust docs wheel test-python test-spark stubs test-notebook test-browser page-bundle bless reference sample gallery setup setup-test setup-torture install install-without-gdal bench differential bench-peers bench-statistics bench-draw bench-module bench-spark notebook-peers agreement

help: ## say what there is to do
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:
	@scripts/setup.sh

setup-test:
	@scripts/setup.sh test

setup-torture:
	@scripts/setup.sh torture

build: setup ## build the program
	cargo build --release --locked

demo: build ## run the main job on the sample: data/demo/jiju.toml
	$(JIJU) run data/demo/jiju.toml

test: setup-test check-style test-rust docs test-python test-notebook test-browser ## run every check and test

check-style:
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
# Without GDAL. The feature `cli` stays: without it syn loses `full`, and polars and sixty others would be checked again.
	cargo clippy --release --locked --no-default-features --features cli --lib --bins -- -D warnings
	@! grep -rnE '\b(clap|clap_complete|indicatif|mimalloc)::' src --include='*.rs' --exclude-dir=cli --exclude=main.rs

test-rust:
	cargo test --release --locked --workspace

torture: setup-torture ## end the program at random moments, run it on emulated processors, join a million rows of a database: ROUNDS=50
	JIJU_TORTURE=$(ROUNDS) JIJU_REPLAY=$(ROUNDS)000 cargo test --release --locked --test jiju_tests -- \
	  cli::faults cli::same_bytes cli::database::streaming property::replay

# Dependencies are those that `make test` builds; jiju itself is compiled so that the fuzzer sees its branches.
FUZZ = $(CARGO_TARGET_DIR)/release/jiju-fuzz
MINUTES ?= 20

fuzz: setup ## give every reader and the join bytes that may be anything: MINUTES=20 TARGETS="parquet join"
	RUSTC_WRAPPER=$(CURDIR)/fuzz/instrument.sh cargo build --release --locked --manifest-path fuzz/Cargo.toml
	fuzz/run.sh $(FUZZ) $(MINUTES) $(TARGETS)

fuzz-keep: ## keep what was found and reaches new branches, few and small: TARGETS="parquet join"
	fuzz/keep.sh $(FUZZ) $(TARGETS)

soak: ## run a project 1000 times in one process, and join 10⁹ rows (16 GB in TMPDIR): RUNS=1000 ROWS=1000000000
	JIJU_SOAK_RUNS=$(or $(RUNS),1000) JIJU_SOAK_ROWS=$(or $(ROWS),1000000000) \
	  cargo test --release --locked --test jiju_tests cli::long_use -- --nocapture --test-threads=1

simulate: simulate-forecast simulate-sample simulate-intervals ## try forecasts, samples and intervals on what is made up: docs/simulations.md

simulate-forecast: setup ## replay YEARS=1200 made-up years
	JIJU_YEARS=$(or $(YEARS),1200) cargo test --release --locked --test jiju_tests \
	  simulation::forecast -- --ignored --nocapture --test-threads=1

simulate-sample: setup ## draw SAMPLES=2000 samples of made-up populations
	JIJU_SAMPLES=$(or $(SAMPLES),2000) cargo test --release --locked --test jiju_tests \
	  simulation::sample -- --ignored --nocapture --test-threads=1

simulate-intervals: ## what share of intervals holds the truth, and of tests rejects it: docs/statistics.md
	cargo test --release --locked --package jiju-core --lib resampling::tests -- --ignored --nocapture --test-threads=1

test-office: build ## hold the bulletin against the schema of DOCX, and measure its pages in LibreOffice
	tests/office/run.sh $(HOME)/.cache/jiju/office $(JIJU)

# The runner of tests is valgrind here; one function of the library is unsafe.
memcheck: setup ## watch every access to memory of the tests of what is unsafe: needs valgrind
	@valgrind --version > /dev/null 2>&1 || { echo "valgrind is missing: apt-get install valgrind"; exit 1; }
	CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="valgrind --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite" \
	  cargo test --release --locked --test jiju_tests property::locate::saved

# As memcheck, of accesses that are compiled in: what is on the stack and between allocations is watched too. In a target folder of its
# own, so that nothing else is linked with it.
asan: setup ## watch every access to memory of the tests of what is unsafe by AddressSanitizer
	RUSTC_WRAPPER=$(CURDIR)/fuzz/instrument.sh JIJU_SANITIZER=address JIJU_FUZZ_CRATES="jiju jiju_core jiju_tests" \
	  CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)-address \
	  cargo test --release --locked --test jiju_tests property::locate::saved

dist: build ## put the program with the licences of what is in it and its bill of materials into dist/
	mkdir -p dist
	cp $(JIJU) LICENSE-MIT LICENSE-APACHE dist/
	scripts/third_party.py dist $(JIJU)

# Of its own: every further build of jiju takes minutes. The program with GDAL is the one in its place before and after.
test-without-gdal: build ## build the program without GDAL and hold it against the one with it
	cargo build --release --locked --no-default-features --features cli --bin jiju
	cp $(JIJU) $(JIJU)-without-gdal
	cargo build --release --locked
	! ldd $(JIJU)-without-gdal | grep -iE 'gdal|proj|geos'
	JIJU_WITHOUT_GDAL=$(JIJU)-without-gdal cargo test --release --locked --test jiju_tests cli::without_gdal -- --ignored

# Of its own: cargo-deny takes minutes to build, and advisories come from the network.
audit: ## hold licences, sources and known vulnerabilities of the dependencies against deny.toml: needs cargo-deny
	@cargo deny --version > /dev/null 2>&1 || { echo "cargo-deny is missing: cargo install --locked cargo-deny"; exit 1; }
	cargo deny --locked check

docs: ## build the API documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --lib

wheel: setup ## build the wheel of the Python package into dist/
	scripts/wheel.sh $(PYTHON_ENVIRONMENT)-build dist

test-python: setup-test wheel ## test the wheel with polars, pandas, pyarrow, DuckDB and GeoPandas
	tests/python/run.sh $(PYTHON_ENVIRONMENT) dist/jiju-*.whl

# Of its own: a cluster of several processes takes minutes to start and needs a Java machine.
test-spark: wheel ## join on a cluster of Spark on this machine, and hold its rows against those of one machine: needs Java 17
	tests/spark/run.sh $(PYTHON_ENVIRONMENT)-spark dist/jiju-*.whl

stubs: wheel ## write the types of the Python package anew from the declarations
	tests/python/run.sh --stubs $(PYTHON_ENVIRONMENT) dist/jiju-*.whl

test-notebook: wheel ## execute the notebooks, that of ten million firms with fewer
	notebooks/execute.sh $(NOTEBOOK_ENVIRONMENT) dist/jiju-*.whl

# Of its own: minutes, 5 GB of memory, and an environment with SedonaDB and DuckDB's spatial extension.
notebook-peers: wheel ## execute the notebook of ten million firms with all of them, and write its outputs
	notebooks/execute.sh --peers $(NOTEBOOK_ENVIRONMENT)-peers dist/jiju-*.whl --in-place

test-browser: build ## open the page in a headless browser and use it
	$(NPM_CI) --prefix src/report/page/web
	$(NPM_CI) --prefix tests/browser
	cd tests/browser && JIJU=$(abspath $(JIJU)) npm test

page-bundle: ## bundle the page's script and style anew: needs npm
	$(NPM_CI) --prefix src/report/page/web
	npm run build --prefix src/report/page/web

bless: ## renew the expected pictures and snapshots after looking at the differences
	JIJU_BLESS=1 INSTA_UPDATE=always cargo test --release --locked --workspace

reference: build ## write docs/operations.md anew from the declarations
	$(JIJU) operations --format markdown > docs/operations.md

sample: build ## write the committed sample data anew
	$(JIJU) synth --firms 20000 --seed 20200528 --output data/samples

gallery: build ## draw the pictures of maps/gallery anew
	maps/draw-gallery.sh $(JIJU)

bench: setup ## measure every part beside its baselines: BENCH=locate_inside for one group
	cargo bench --locked --bench jiju_benches -- $(BENCH)

bench-peers: build ## measure join and statistics beside their peers: SIZES="1 10 100" DENSE=1 DATE=2026-11-24
	$(BENCH_PYTHON) peers.py $(JIJU) --work $(BENCH_FOLDER)/data --sizes "$(SIZES)" --rounds $(ROUNDS) \
	  $(if $(DENSE),--dense) $(if $(DATE),--date $(DATE) --write)
	$(MAKE) bench-statistics

bench-statistics: build ## measure statistics beside esda, libpysal, mapclassify and scikit-learn: ROUNDS=3 DATE=2026-11-27
	REQUIREMENTS=requirements-statistics.txt benches/python.sh $(BENCH_FOLDER)/environment-statistics statistics_peers.py \
	  $(JIJU) --work $(BENCH_FOLDER)/data --rounds $(ROUNDS) $(if $(DATE),--date $(DATE) --write)

bench-module: build wheel ## measure the Python module beside the program, GeoPandas and SedonaDB: SIZES="1 10" DATE=2026-11-30
	WHEEL="$$(ls dist/jiju-*.whl)" $(BENCH_PYTHON)-module module_peers.py $(JIJU) --work $(BENCH_FOLDER)/data --sizes "$(SIZES)" \
	  --rounds $(ROUNDS) --wheel dist/jiju-*.whl $(if $(DATE),--date $(DATE) --write)

bench-spark: wheel ## measure jiju beside GeoPandas on a cluster of Spark on this machine: needs Java 17
	WHEEL="$$(ls dist/jiju-*.whl)" REQUIREMENTS=../tests/spark/requirements.txt \
	  benches/python.sh $(PYTHON_ENVIRONMENT)-spark spark_peers.py --work $(BENCH_FOLDER)/data --rounds $(ROUNDS)

bench-draw: build ## draw maps beside GeoPandas with matplotlib, reading included: DENSE=1
	REQUIREMENTS=requirements-draw.txt benches/python.sh $(BENCH_FOLDER)/environment-draw draw_peers.py \
	  $(JIJU) --work $(BENCH_FOLDER)/data --rounds $(ROUNDS) $(if $(DENSE),--dense)

agreement: build ## compare the join with GEOS and exact arithmetic, point by point
	$(BENCH_PYTHON) agreement.py $(JIJU) --work $(BENCH_FOLDER)/data $(if $(DENSE),--dense)

# The peers' releases need Python 3.12 or later; the first found is taken.
DIFFERENTIAL_PYTHON ?= $(shell for python in python3.13 python3.12 python3 $(HOME)/.pyenv/versions/3.1[23]*/bin/python3; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2> /dev/null && echo $$python && break; done)

differential: build ## hold statistics against their peers on random data: SEEDS="1 2 3" CASES=20
	PYTHON=$(DIFFERENTIAL_PYTHON) REQUIREMENTS=requirements-differential.txt benches/python.sh \
	  $(BENCH_FOLDER)/environment-differential differential $(JIJU) --seeds "$(or $(SEEDS),1 2 3)" --cases $(or $(CASES),20) \
	  $(if $(PROVE),--prove) $(if $(TABLE),--table $(TABLE))

install: build ## install the program for this user
	cargo install --locked --path .

install-without-gdal: ## install the program without GDAL, which needs none of its libraries
	cargo install --locked --path . --no-default-features --features cli
