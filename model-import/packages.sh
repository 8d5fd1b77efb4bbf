#!/usr/bin/env bash
# packages.sh PYTHON REQUIREMENTS [SCIKIT_LEARN]: installs the pinned packages into a Python; with a third argument that
# version of scikit-learn instead, and those of numpy and scipy that pip finds for it.
set -euo pipefail
python="$1" requirements="$2" scikit_learn="${3:-}"
pip=("$python" -m pip install --quiet --disable-pip-version-check)

if [ -z "$scikit_learn" ]; then
  exec "${pip[@]}" --requirement "$requirements"
fi
pinned="$(mktemp)"
trap 'rm "$pinned"' EXIT
grep -vE '^(numpy|scipy|scikit-learn|ml_dtypes)==' "$requirements" >"$pinned"
echo "scikit-learn==$scikit_learn" >>"$pinned"
# Before 1.4.2 it was compiled for numpy 1, and does not say so.
[ "$(printf '%s\n' 1.4.2 "$scikit_learn" | sort -V | head -n 1)" = 1.4.2 ] || echo 'numpy<2' >>"$pinned"
"${pip[@]}" --requirement "$pinned"
