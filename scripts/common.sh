# Functions of the set-up scripts; sourced by them, from the project's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools live outside the checkout, in folders named after their version, so that every clone uses the same ones.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lvra-stream"

say() { echo "setup: $*"; }

fail() {
  echo "setup: $*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# quietly COMMAND...: shows what the command printed only if it fails.
quietly() {
  local log
  log="$(mktemp)"
  if "$@" >"$log" 2>&1 </dev/null; then
    rm "$log"
  else
    cat "$log" >&2
    rm "$log"
    return 1
  fi
}

# version NAME: the version in test/servers/versions.json.
version() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" test/servers/versions.json; }

# as_root COMMAND...: as root already, or through a sudo that asks for no password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
  have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }
}

# refresh_lists: once a run; a bare machine has no package lists at all, an old one has lists that name gone files.
lists_fresh=no
refresh_lists() {
  [ "$lists_fresh" = no ] || return 0
  lists_fresh=yes
  quietly as_root apt-get update || say 'apt-get update failed; continuing with the package lists at hand'
}

# install_debian PACKAGE...
install_debian() {
  have apt-get || fail "needs what Debian calls '$*'. This is no Debian: install the same with your own package manager (Fedora: dnf; macOS: xcode-select --install for compilers, Homebrew for the rest), and run this again."
  can_install || fail "needs the Debian packages '$*', and this user cannot install them. Run: sudo apt-get install $*"
  say "installing $* (apt-get)"
  refresh_lists
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
    fail "apt-get could not install '$*'. Install them by hand and run 'make setup' again."
}

# cached FOLDER COMMAND...: runs the command once, with the path of a folder to fill as its last argument.
# The folder gets its name only when it is complete, so an interrupted set-up repeats that part.
cached() {
  local folder="$cache/$1"
  shift
  [ ! -d "$folder" ] || return 0
  rm -rf "$folder.partial"
  mkdir -p "$folder.partial"
  "$@" "$folder.partial"
  mv "$folder.partial" "$folder"
}

# fill_python PACKAGE VERSION [PACKAGE==VERSION...] FOLDER: a virtual environment with packages from PyPI.
fill_python() {
  say "fetching $1 $2 (pip)"
  local folder="${*: -1}"
  python3 -m venv "$folder"
  quietly "$folder/bin/python" -m pip install --disable-pip-version-check "$1==$2" "${@:3:$#-3}" ||
    fail "pip could not fetch $1 $2. It needs PyPI or the index of your own pip settings."
}
