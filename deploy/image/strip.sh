#!/bin/sh
# Leaves in /app only what runs: no sources, no tests, no binaries of other systems. `npm prune` has been here before.
set -eu
rm -rf .ci bench docs grafana model-import scripts test deploy/systemd
find . -name node_modules -prune -o -type d \( -name src -o -name testing \) -exec rm -rf {} +
find . -name node_modules -prune -o -type f \( -name '*.tsbuildinfo' -o -name '*.test.js' -o -name '*.d.ts' \) -exec rm -f {} +
# `lvra` is bundled whole; what it would be compared with is gone.
find services shared -name node_modules -prune -o -type d -name dist -exec rm -rf {} +
rm services/cli/bundle/compiled.json
# A browser's driver and checker, 17 MB, which tests use.
rm -rf node_modules/playwright-core node_modules/axe-core
# Links to workspaces that are gone.
find node_modules/@lvra -xtype l -exec rm -f {} +
# SQLite's sources, and the release for Node 20.
rm -rf node_modules/better-sqlite3 node_modules/better-sqlite3-node-api/deps node_modules/better-sqlite3-node-api/src
onnx=node_modules/onnxruntime-node/bin
find "$onnx" -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} +
find "$onnx" -mindepth 3 -maxdepth 3 ! -name "$(node -p process.arch)" -exec rm -rf {} +
