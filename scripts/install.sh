#!/usr/bin/env bash
# Puts `lvra` and the systemd units below a prefix: scripts/install.sh PREFIX OWNER
# They run this checkout, with the Node at hand: an upgrade is `git pull && make build`.
set -euo pipefail
prefix="$1" owner="$2"
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
node="$(node -p process.execPath)"

install -d "$prefix/bin" "$prefix/lib/systemd/system"
# exec, so that signals reach Node; the full path, because cron has a PATH of its own.
printf '#!/bin/sh\nexec "%s" "%s/services/cli/bin/lvra.js" "$@"\n' "$node" "$checkout" >"$prefix/bin/lvra.new"
chmod 755 "$prefix/bin/lvra.new"
mv "$prefix/bin/lvra.new" "$prefix/bin/lvra"
for unit in "$checkout"/deploy/systemd/*.{service,target,timer}; do
  sed -e "s|@NODE@|$node|; s|@CHECKOUT@|$checkout|; s|@OWNER@|$owner|" "$unit" >"$prefix/lib/systemd/system/$(basename "$unit")"
done
# put PATH COMMAND...: what lvra prints, in a file below the prefix.
put() {
  install -d "$(dirname "$prefix/share/$1")"
  "$node" "$checkout/services/cli/bin/lvra.js" "${@:2}" >"$prefix/share/$1.new"
  mv "$prefix/share/$1.new" "$prefix/share/$1"
}
put man/man1/lvra.1 man-page
put bash-completion/completions/lvra completion bash
put zsh/site-functions/_lvra completion zsh
put fish/vendor_completions.d/lvra.fish completion fish
echo "lvra is in $prefix/bin, its units for systemd in $prefix/lib/systemd/system (docs/operations.md)"
case ":$PATH:" in *":$prefix/bin:"*) ;; *) echo "$prefix/bin is not on the PATH: export PATH=\"$prefix/bin:\$PATH\"" ;; esac
