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
find "$copy" -name node_modules -prune -o \( -type f -o -type l \) -exec rm -f {} +
tar -c --exclude=node_modules --exclude=./.git --exclude=./demo-data --exclude=./bench/data . | tar -x -C "$copy"

"$copy/deploy/setup/npm.sh"
make --no-print-directory -C "$copy" run-tests
