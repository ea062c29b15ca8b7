# The commands of the platform; `make help` lists them. What they do lives in build/*.sh.
# ENGINE=embedded (default) runs the sidecar of this repository, ENGINE=dapr a Dapr CLI and daprd found on PATH.

ENGINE ?= embedded
SHELL := /bin/sh
.DEFAULT_GOAL := help

.PHONY: help run stop status logs test test-fast test-e2e test-js bench conformance fuzz soak format clean

help: ## This list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## Set up what is missing, build, and run the whole platform until Ctrl-C (ENGINE=dapr, EXTERNAL=orders: start that app yourself)
	@ENGINE=$(ENGINE) EXTERNAL=$(EXTERNAL) build/run.sh

stop: ## Stop the running platform
	@ENGINE=$(ENGINE) build/control.sh stop

status: ## Apps, sidecars, ports and health of the running platform
	@ENGINE=$(ENGINE) build/control.sh status

logs: ## The log of one app: make logs APP=orders [FOLLOW=1]
	@ENGINE=$(ENGINE) APP=$(APP) FOLLOW=$(FOLLOW) build/control.sh logs

test: ## All tests (private servers, started and stopped by the command)
	@ENGINE=$(ENGINE) build/test.sh all

test-fast: ## The inner loop: unit and component tests
	@build/test.sh fast

test-e2e: ## The end-to-end suite only (ENGINE=dapr; PLATFORM_BASE=http://... runs it against a platform that is up)
	@ENGINE=$(ENGINE) build/test.sh e2e

test-js: ## The embedded sidecar used by the official JavaScript SDK (needs Node.js 20; ONLY=part of a suite's name)
	@ONLY=$(ONLY) build/js.sh

bench: ## Benchmarks, release build (ONLY=invocation,state,pubsub,workflow,workflow-scale RUNS=5 LENGTH=1)
	@ONLY=$(ONLY) RUNS=$(RUNS) LENGTH=$(LENGTH) build/bench.sh

conformance: ## Replay the recordings of the real daprd against our sidecar (GOLDEN=folder, ONLY=part of an id)
	@GOLDEN=$(GOLDEN) ONLY=$(ONLY) build/conformance.sh

fuzz: ## 500,000 requests, texts and files that nobody should write; prints what was found and its seed (REQUESTS= SECONDS= SEED= ONLY=target CASE=seed)
	@REQUESTS=$(REQUESTS) FUZZ_SECONDS=$(SECONDS) SEED=$(SEED) ONLY=$(ONLY) CASE=$(CASE) build/fuzz.sh

soak: ## 30 minutes of load with faults injected: memory flat, no message lost, duplicates only with cause (MINUTES=30 RATE=40)
	@MINUTES=$(MINUTES) RATE=$(RATE) build/soak.sh

format: ## Format the code
	@dotnet format Platform.sln

clean: ## Stop the private servers, remove their data and every build output
	@build/clean.sh
