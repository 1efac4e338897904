# One way to do each thing; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO_FLAGS := --locked
# The API's statements are checked against .sqlx, so that no database is needed to build.
export SQLX_OFFLINE ?= true

.PHONY: help
help: ## Show what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: deps
deps: ## Install what building and running needs (PostgreSQL, Redis or Valkey, Mosquitto, Node.js). Options: make deps WITH=tests, or images
	@scripts/install-deps $(WITH:%=--%)

.PHONY: toolchain
toolchain: ## Install by rustup the Rust that this is checked with, and use it
	@scripts/toolchain

.PHONY: build
build: ## Build every program, optimised
	@cargo build $(CARGO_FLAGS) --release --workspace --bins

.PHONY: up
up: deps build ## Run the whole stack with a simulated fleet; Ctrl-C stops it. Options: make up ARGS="--devices 500 --rate 2"
	@target/release/argosy up $(ARGS)

.PHONY: test
test: ## Run every test, against real servers that the tests start
	@scripts/install-deps --tests
	@cargo test $(CARGO_FLAGS) --workspace --no-fail-fast

.PHONY: coverage
coverage: ## Measure which lines the tests run; fails below 85 %
	@scripts/install-deps --tests
	@[ -n "$$LLVM_COV" ] || rustup component add llvm-tools
	@scripts/tool cargo-llvm-cov llvm-cov $(CARGO_FLAGS) --workspace --no-fail-fast --html --output-dir target/coverage
	@scripts/tool cargo-llvm-cov llvm-cov report --summary-only --fail-under-lines 85

.PHONY: bench
bench: deps build ## Measure how fast it is, beside its limits and Telegraf where that is installed: docs/benchmarks.md. Options: make bench ARGS="--only queries"
	@target/release/argosy-bench run $(if $(ARGS),$(ARGS),--page docs/benchmarks.md) >target/bench.json

.PHONY: bench-micro
bench-micro: ## Measure the steps of a reading's path one by one: time, and instructions where valgrind is there
	@scripts/install-deps --counts
	@cargo bench $(CARGO_FLAGS) -p argosy-wire -p argosy-api --bench time
	@if command -v valgrind >/dev/null; \
	then scripts/tool gungraun bench $(CARGO_FLAGS) -p argosy-wire -p argosy-api --bench instructions; \
	else echo "Instructions are not counted: there is no valgrind."; fi

MINUTES ?= 10
.PHONY: faults
faults: ## Let faults happen to the whole stack under load, and prove that nothing is lost. Options: make faults MINUTES=2 SEED=7 ARGS=--list
	@scripts/install-deps --tests
	@cargo build $(CARGO_FLAGS) --release --bins -p argosy-api -p argosy-ingest -p argosy-simulator -p argosy-faults
	@target/release/argosy-faults --minutes $(MINUTES) $(SEED:%=--seed %) --page docs/faults.md $(ARGS)

.PHONY: images
images: ## Build every image of this commit. Options: make images PUSH=registry/prefix pushes them; PLATFORMS=linux/amd64; VERIFY=1 builds twice and compares
	@scripts/images

.PHONY: compose
compose: ## Run the whole stack by Docker alone, of the images that were built last. Options: make compose ARGS=probe, password, test or down
	@scripts/compose $(ARGS)

.PHONY: render
render: ## Write kustomize/base anew after a chart changed
	@scripts/render

.PHONY: e2e
e2e: ## Prove on a real cluster that what runs is a commit. See scripts/e2e for what it takes
	@scripts/install-deps --tests
	@scripts/e2e $(ARGS)

.PHONY: rehearse
rehearse: ## Take a change from a push to production, find it bad, and take it back; on the cluster of KUBECONFIG where that is set
	@scripts/rehearse $(ARGS)

.PHONY: rehearse-upgrades
rehearse-upgrades: ## Upgrade PostgreSQL under load, and take it back: docs/upgrades.md. Options: make rehearse-upgrades FROM=15 TO=17 ARGS="--runs 3"
	@scripts/install-deps
	@FROM=$(FROM) TO=$(TO) scripts/rehearse-upgrades $(ARGS)

.PHONY: charts
charts: ## Package the Helm charts into target/charts. Options: make charts PUSH=oci://registry/folder
	@scripts/charts

.PHONY: charts-install
charts-install: ## Install each chart by Helm alone on the cluster of KUBECONFIG, test it, and take it away
	@scripts/charts-install

# What pipelines do beside all that: docs/pipelines.md.
.PHONY: sign-in sign scan deliver verify release-check changelog binaries
sign-in: ## Sign in at the registry as a pipeline does
	@scripts/sign-in
sign: ## Sign what was pushed: images, charts, binaries
	@scripts/sign
scan: ## Look for known weaknesses of dependencies, images, manifests and Terraform
	@scripts/scan
deliver: ## Set in an environment the images that were pushed, where they have changed. Options: make deliver ENV=dev BUILD=https://…
	@scripts/deliver
verify: ## Fail where a branch changes an environment whose gates are not passed. Options: make verify ENV=prod
	@scripts/verify
release-check: ## Fail where this commit may not be released
	@scripts/release-check
changelog: ## Write what has changed since the release before into target/release-files
	@scripts/changelog
binaries: ## Make the command's binaries into target/release-files. Options: make binaries PUSH=registry/folder
	@scripts/binaries

.PHONY: pipelines-test
pipelines-test: ## Run the delivering steps of each CI system's files against a repository of its own. Options: make pipelines-test ARGOSY=program
	@scripts/pipelines-test

.PHONY: protect
protect: ## Set at GitHub what .github/rulesets and .github/environments say. Options: make protect REPO=owner/name
	@scripts/protect

.PHONY: gitops gitops-down
gitops: ## Make the cluster of KUBECONFIG equal to an environment in Git: docs/gitops.md. Options: make gitops ENV=local REPO=https://… REVISION=main RECONCILER=argocd MANIFEST=file TIMEOUT=600 PRINT=1
	@scripts/gitops
gitops-down: ## Take the environment off the cluster again; of prod only what reconciles it
	@DELETE=1 scripts/gitops

.PHONY: teams-test
teams-test: ## Show on the cluster of KUBECONFIG that no team of gitops/teams can touch another's
	@scripts/teams-test

.PHONY: platform terraform-test
platform: ## Plan and apply an environment in a cloud, layer by layer: docs/platform.md. Options: make platform ENV=aws-dev LAYER=network PLAN=1 DESTROY=1 YES=1
	@scripts/platform
terraform-test: ## Test terraform/: every module with mocked providers, what can be applied on an emulator of AWS and the cluster of KUBECONFIG. Options: make terraform-test ARGS="--only modules"
	@python3 terraform/test.py $(ARGS)

.PHONY: screenshots
screenshots: ## Take a picture of every page, in both themes and three widths, into target/screenshots
	@scripts/install-deps --tests
	@cargo test $(CARGO_FLAGS) -p argosy-webapp --test it -- --ignored --nocapture screenshots

# Each line of checks.toml that is `name = 'command'`.
CHECKS := $(shell sed -n "s/^\([a-z-]*\) = '.*'$$/\1/p" checks.toml)
.PHONY: check $(CHECKS:%=check-%)
check: $(CHECKS:%=check-%) ## Run every static check: checks.toml. One of them: make check-lints; several at once, and a table: argosy check
$(CHECKS:%=check-%): check-%:
	@scripts/step "$*" bash -c "$$(sed -n "s/^$* = '\(.*\)'$$/\1/p" checks.toml)"

.PHONY: fmt
fmt: ## Format the code
	@cargo fmt --all

.PHONY: sqlx
sqlx: ## Write .sqlx anew after a statement or a migration changed
	@scripts/sqlx-prepare

.PHONY: clean
clean: ## Stop the stack and forget its data
	@[ ! -x target/release/argosy ] || target/release/argosy down
	@# What root could not keep there is elsewhere, and linked.
	@rm -rf $$(readlink -e .argosy/postgres .argosy/redis .argosy/broker) .argosy
