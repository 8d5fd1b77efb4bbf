#!/usr/bin/env bash
# Runs the compiled tests on Node 24. better-sqlite3 and fs-ext are compiled for one Node, so this works in a copy of
# the checkout with its own node_modules.
source "$(dirname "$0")/common.sh"

# fill_node VERSION FOLDER: Node with its headers, from the npm registry.
fill_node() {
  local package
  package="node-linux-$(node -p process.arch)@$1"
  say "fetching Node $1 (npm package $package)"
  quietly npm pack --pack-destination "$2" "$package" ||
    fail "could not fetch $package from the npm registry."
  tar -xzf "$2"/node-linux-*.tgz -C "$2" --strip-components=1
  rm -rf "$2"/node-linux-*.tgz "$2/share"
}

mkdir -p "$cache"
exec 9>"$cache/.lock-node-24"
flock 9

node24="node-$(version node-24)"
cached "$node24" fill_node "$(version node-24)"
export PATH="$cache/$node24/bin:$PATH"

# The tests look for the real alerts at ../shared/real, beside the checkout.
copy="$cache/checkout-on-node-24/lvra-stream"
mkdir -p "$copy"
ln -sfn "$(readlink -f ..)/shared" "$copy/../shared"
# In tar's posix format times keep their fractions, so the compiler skips unchanged files.
find "$copy" -name node_modules -prune -o \( -type f -o -type l \) -exec rm -f {} +
tar -c --format=posix --exclude=node_modules --exclude=./.git --exclude=./demo-data --exclude=./bench/data . | tar -x -C "$copy"

"$copy/scripts/npm.sh"
# Another Node changes native modules, workers, streams, sockets, files and V8, so tests of these run again. Tests that prove
# nothing new there are left out: measuring and test tools; checks by Prometheus and Grafana; the Python side of the models
# and its documents; all kinds of damage and of two senders, which is pure logic; the ledger's suite on PostgreSQL, whose client is pure JavaScript; and brokers, which kafka-source,
# kafka-security and the codecs (records/) cover well enough.
without=(
  'bench/*' 'grafana/*' 'test/servers/*' 'shared/simulator/*' 'test/fuzz/*' 'test/faults/*' 'test/soak/*'
  test/e2e/dist/{alerting,simulate-to-kafka}.test.js shared/model/dist/{model-import,imported-models}.test.js
  services/cli/dist/{adding-a-vra,git-ignore,backfill}.test.js services/cli/dist/tns/tns-report.test.js
  shared/ledger/dist/annotations/state-model.test.js 'shared/ledger/dist/postgres/suite/*'
  services/cli/dist/verify/{damage,kafka,both-pipelines,odd-rows}.test.js
  services/cli/dist/commands/run/run-kafka.test.js
  services/consumer/dist/kafka/{batches,lost-tail,shared-group,other-consumers,kafka-4}.test.js
)
make --no-print-directory -C "$copy" run-tests WITHOUT="${without[*]}"
