# Every command a person types. `make` alone lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install up laptop down logs status backup alert-test grafana-password setup packages servers build demo test test-node24 fuzz soak \
  test-faults test-faults-long test-compose test-outages run-tests dashboards lint format bench bench-gate \
  bench-micro bench-ledger clean

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: packages servers ## all that build and tests need: npm packages, Kafka, NATS, tools

packages:
	@deploy/setup/npm.sh

servers:
	@deploy/setup/servers.sh

build: packages ## compile
	@node deploy/setup/drop-stale-build.mjs
	@echo 'build: compiling, half a minute the first time'
	tsc -b
	node services/cli/bundle.mjs

install: build ## `lvra` and units for systemd below PREFIX=/usr/local, run by OWNER=<user>: docs/operations.md
	@deploy/setup/install.sh '$(or $(PREFIX),/usr/local)' '$(or $(OWNER),$(shell stat -c %U .))'

# Where there is no .env, the laptop's world is meant; beside one, `make status WORLD=laptop`.
WORLD = $(if $(wildcard .env),server,laptop)
# Compose as Docker's plugin, or as a program of its own.
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
  $(if $(filter laptop,$(WORLD)),--env-file deploy/laptop.env)

up: WORLD = server
up: ## docker-compose.yml, in the background: docs/operations.md
	$(COMPOSE) up -d --build
	@deploy/setup/reload-monitoring.sh $(COMPOSE)
	@deploy/setup/prune-images.sh

laptop: ## the same with Kafka, simulated alerts and a stand-in for Lasair, in the background
	@$(MAKE) --no-print-directory up WORLD=laptop

down: ## end it; the data stays
	$(COMPOSE) down

logs: ## what the services say
	$(COMPOSE) logs --follow --tail 50

status: ## what is done, pending and failed, by stage
	$(COMPOSE) run --rm lvra status

backup: ## a copy of the ledger in backups/ of the data folder, while services write
	$(COMPOSE) run --rm lvra backup

alert-test: ## a test alert to everybody who hears of alerts: was it taken?
	$(COMPOSE) run --rm lvra alert-test

grafana-password: ## of the user admin
	@$(COMPOSE) run --rm --no-deps --entrypoint cat prepare /run/lvra/grafana/admin-password

demo: build ## simulated alerts through all four stages to a sandbox, in under a minute
	lvra demo

test: setup build lint run-tests ## set-up, build, lint and the whole test suite

test-node24: build servers ## the tests that another Node could change, on Node 24
	@deploy/setup/test-on-node24.sh

fuzz: setup build ## broken messages judged by Python, and stems of one among good ones; COUNT=… and SEED=… repeat a run
	node test/faults/dist/fuzz/main.js

soak: setup build ## real processes under load for MINUTES=30, RATE=250 alerts a second: is anything growing, how late are they?
	node test/faults/dist/soak/main.js

test-faults: setup build ## every fault of docs/guarantees.md into running services; SEED=… and CASE=… repeat one
	node --test --test-reporter=spec test/faults/dist/suite.js

test-faults-long: setup build ## random kills for ten minutes
	FAULT_SECONDS=600 CASE=kill-random node --test --test-reporter=spec test/faults/dist/suite.js

test-compose: build ## docker-compose.yml, with Docker: a night with everything an operator may do, an attacker, mistakes
	@deploy/setup/docker.sh node --test --test-concurrency=1 --test-reporter=spec \
	  $$(printf 'test/compose/dist/%s-suite.js ' env attacker latency night)

test-outages: build ## each part of docker-compose.yml away for MINUTES=10: what do panels and rules show? OUTAGE=nats,… some
	@deploy/setup/docker.sh node test/compose/dist/outages/main.js

# The slow ones, in test/, come first, so that no long test is left for the end.
run-tests: ## the compiled tests alone, on the Node at hand; WITHOUT='bench/* …' leaves some out
	node --test --test-concurrency=3 --test-timeout=300000 --test-reporter=spec \
	  $$(find test services shared bench grafana -name node_modules -prune -o -path '*/dist/*' -name '*.test.js' \
	    $(foreach path,$(WITHOUT),! -path '$(path)') -print)

dashboards: build ## write grafana/dashboards from grafana/src
	node grafana/dist/generate.js

lint: packages ## what Biome has to say
	biome check .

format: packages ## let Biome rewrite what it can
	biome check --write .

bench: setup build ## what an alert costs, stage by stage; PROFILE=<stage> writes its CPU profile
	node bench/dist/end-to-end/main.js $(if $(PROFILE),--profile $(PROFILE))

bench-gate: setup build ## is an alert dearer than bench/results/ratios.json says, or than with BASE=<commit>? RENEW=1 writes the ratios of now
	node bench/dist/gate/main.js $(if $(RENEW),--renew) $(if $(BASE),--base $(BASE))

bench-micro: build ## CPU of an alert on each hot path; ONLY=parse takes one of parse, avro, features, score, annotation
	node bench/dist/micro/main.js $(if $(ONLY),--only $(ONLY))

bench-ledger: build ## the ledger at up to ROWS=10000000 rows, eight writers, lvra status
	node bench/dist/ledger/main.js $(if $(ROWS),--rows $(ROWS))

clean: ## remove what build, demo and bench wrote
	[ ! -e demo-data/.lvra-demo ] || rm -rf demo-data
	rm -rf bench/data services/cli/bundle
	find shared services test bench grafana -name node_modules -prune -o \( -name dist -o -name '*.tsbuildinfo' \) -print0 | xargs -0 rm -rf
