#!/usr/bin/env bash
# Makes the demonstration model and the tests' yardstick anew, from the seed: r0b_demo.onnx, r0b_demo.json, fixtures/
# and the figures in README.md. Takes a minute. Needs Python 3.11 or newer, PyPI, and `make setup` done before.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export PYTHONDONTWRITEBYTECODE=1

seed=20260202
alerts=24000

here=deploy/models/demo
table="${XDG_CACHE_HOME:-$HOME/.cache}/lvra-stream/demo-model-table"
python="$(model-import/environment.sh "$here/requirements.txt")"

npx tsc -b services/feature
node "$here/training-table.mjs" "$seed" "$alerts" "$table"
# With several threads the gradients are summed in another order, and the model would differ in its last digits;
# skl2onnx orders its nodes by Python's hashes.
OMP_NUM_THREADS=1 PYTHONHASHSEED=0 PYTHONPATH=model-import "$python" "$here/train.py" "$table" "$seed"
rm -rf "$table"
echo "train: wrote $here/r0b_demo.onnx ($(stat -c %s "$here/r0b_demo.onnx") bytes) and its manifest"
