#!/usr/bin/env bash
# environment.sh REQUIREMENTS [SCIKIT_LEARN]: makes a Python environment once for each set of requirements, in the
# user's cache, and prints the path of its python.
set -euo pipefail
here="$(dirname "$(readlink -f "$0")")"
requirements="$1" scikit_learn="${2:-}"

fail() {
  echo "models: $*" >&2
  exit 1
}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail 'needs Python 3.11 or newer as python3'

key="$(cat "$here/packages.sh" "$here/requirements.txt" "$requirements" | sha256sum | cut -c1-12)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lvra-stream"
venv="$cache/models-$key${scikit_learn:+-scikit-learn-$scikit_learn}"
mkdir -p "$cache"
exec 9>"$cache/.lock-models"
flock 9
if [ ! -d "$venv" ]; then
  echo "models: fetching Python packages, once (pip)${scikit_learn:+, scikit-learn $scikit_learn}" >&2
  rm -rf "$venv.partial"
  python3 -m venv "$venv.partial" >&2 ||
    fail 'python3 cannot make environments. Install what does (Debian: python3-venv) and run this again'
  "$here/packages.sh" "$venv.partial/bin/python" "$requirements" "$scikit_learn" >&2 || {
    rm -rf "$venv.partial"
    fail 'pip could not fetch the packages. It needs PyPI or the index of your own pip settings'
  }
  mv "$venv.partial" "$venv"
fi
echo "$venv/bin/python"
