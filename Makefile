# Every command a person types; `make` alone lists them. What has no text there is a step of others.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup packages servers build install up laptop down logs status backup alert-test grafana-password console-password demo \
  test run-tests test-console console-pictures test-notebooks test-node24 fuzz soak test-faults test-compose test-kubernetes lint bench bench-gate

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

help:
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: packages servers ## all that build and tests need: npm packages, Kafka, NATS, PostgreSQL, tools

packages:
	@scripts/npm.sh

servers:
	@scripts/servers.sh

build: packages ## compile
	@node scripts/drop-stale-build.mjs
	@echo 'build: compiling, half a minute the first time'
	tsc -b
	node services/cli/bundle.mjs

# Under sudo it is the checkout's owner who builds, and whose next `make build` must be able to write there.
CHECKOUT_OWNER = $(shell stat -c %U .)
install: ## `lvra` and units for systemd below PREFIX=/usr/local, run by OWNER=<user>: docs/operations.md
	@if [ "$$(id -u)" = 0 ]; then HOME=~$(CHECKOUT_OWNER) runuser -u $(CHECKOUT_OWNER) -- $(MAKE) --no-print-directory build; \
	  else $(MAKE) --no-print-directory build; fi
	@scripts/install.sh '$(or $(PREFIX),/usr/local)' '$(or $(OWNER),$(CHECKOUT_OWNER))'

# Where there is no .env, the laptop's world is meant; beside one, `make status WORLD=laptop`.
WORLD = $(if $(wildcard .env),server,laptop)
# Compose as Docker's plugin, or as a program of its own.
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
  $(if $(filter laptop,$(WORLD)),--env-file deploy/laptop.env)

up: WORLD = server
up: ## docker-compose.yml, in the background: docs/operations.md
	$(COMPOSE) up -d --build || { $(COMPOSE) logs --no-color --tail 20 prepare; exit 1; }
	@scripts/reload-monitoring.sh $(COMPOSE)
	@scripts/prune-images.sh

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

alert-test: ## a test alert to every receiver: was it accepted?
	$(COMPOSE) run --rm lvra alert-test

grafana-password: ## of the user admin
	@$(COMPOSE) run --rm --no-deps --entrypoint cat prepare /run/lvra/grafana/admin-password

console-password: ## of the console, for any user
	@$(COMPOSE) run --rm --no-deps --entrypoint cat prepare /run/lvra/console/password

demo: build ## simulated alerts through all four stages to a sandbox, in under a minute; then, on a terminal, pages about them
	lvra demo

test: setup build lint run-tests ## set-up, build, lint and the whole test suite

test-console: setup build ## the console in Chromium, on nights of all kinds: by eye, by keys, without script, with texts that mean harm; its traces
	@scripts/collector.sh
	node --test --test-reporter=spec test/console/dist/suite.js test/console/dist/traces.js

console-pictures: build ## of every page of the console, light, dark and 360 px wide, in FOLDER=screenshots
	node test/console/dist/screenshots.js $(or $(FOLDER),screenshots)

test-notebooks: build ## exports of a million rows read by pandas, polars, duckdb, pyarrow and astropy, to the last bit; and docs/notebooks.md, executed
	@scripts/notebooks.sh
	node --test --test-concurrency=1 --test-reporter=spec test/notebooks/dist/formats-suite.js test/notebooks/dist/snippets-suite.js

# The tests that another Node could change, on Node 24.
test-node24: build servers
	@scripts/test-on-node24.sh

fuzz: setup build ## broken messages judged by Python, and stems of one among good ones; COUNT=… and SEED=… repeat a run
	node test/fuzz/dist/main.js

soak: setup build ## real processes under load for MINUTES=30, RATE=250 alerts a second: what grows, how late are they? LEDGER=postgres DELAY_MS=1
	node test/soak/dist/main.js

test-faults: setup build ## every fault of docs/guarantees.md into running services; SEED=… and CASE=… repeat one; LEDGER=postgres
	node --test --test-reporter=spec test/faults/dist/suite.js

test-compose: build ## docker-compose.yml, with Docker: a night with all that an operator may do; SUITE=outages: what do panels show? SUITE=cluster: deploy/compose.cluster.yml
	@scripts/docker.sh node --test --test-concurrency=1 --test-reporter=spec \
	  $(patsubst %,test/compose/dist/%-suite.js,$(or $(SUITE),env attacker latency night cluster))

# The slow ones, in test/, come first, so that no long test is left for the end.
# The compiled tests alone, on the Node at hand; WITHOUT='bench/* …' leaves some out. The limit is that of a file too: all
# interleavings of annotating on PostgreSQL take over a minute on two cores that are idle, and far more on busy ones.
run-tests:
	node --test --test-concurrency=3 --test-timeout=900000 --test-reporter=spec \
	  $$(find test services shared bench grafana -name node_modules -prune -o -path '*/dist/*' -name '*.test.js' \
	    $(foreach path,$(WITHOUT),! -path '$(path)') -print)

test-kubernetes: build ## deploy/kubernetes without a cluster: would one take it, and does it fit the services?
	@scripts/kubernetes.sh
	node --test --test-reporter=spec test/kubernetes/dist/suite.js

lint: packages ## what Biome has to say; FIX=1 lets it rewrite what it can
	biome check $(if $(FIX),--write) .
	@node scripts/check-packages.mjs
	@node scripts/check-awaits.mjs

bench: setup build ## what an alert costs, and with PROFILE=<stage> its CPU profile; OF=hot-paths, OF=backfill, OF=ledger up to ROWS=10000000, OF=console of ROWS, OF=move, OF=export of ROWS
	node bench/dist/$(or $(OF),end-to-end)/main.js \
	  $(if $(PROFILE),--profile $(PROFILE)) $(if $(ONLY),--only $(ONLY)) $(if $(ROWS),--rows $(ROWS)) $(if $(KEEP),--keep $(KEEP))

bench-gate: setup build ## is an alert dearer than bench/results/ratios.json says, or than with BASE=<commit>? RENEW=1 writes the ratios of now
	node bench/dist/gate/main.js $(if $(RENEW),--renew) $(if $(BASE),--base $(BASE))
