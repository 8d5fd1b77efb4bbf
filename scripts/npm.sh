#!/usr/bin/env bash
# The npm packages of the workspace, from the npm registry and nothing else.
source "$(dirname "$0")/common.sh"

have node || fail 'there is no Node. Install 20.19 or newer, or 24, with its headers: from nodejs.org, NodeSource or a version manager.'
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
  fail "Node $(node -v) is too old. Install 20.19 or newer, or 24."

missing=()
have python3 || missing+=(python3)
have g++ || missing+=(g++)
[ "${#missing[@]}" = 0 ] || install_debian "${missing[@]}"

# better-sqlite3 and fs-ext are compiled here. Without these three, their installers and onnxruntime-node's would
# look for headers, prebuilt binaries and GPU libraries on other hosts. (In .npmrc, npm would warn of a key that is not
# its own at every call of npx; allowScripts in package.json says the same to an npm that knows it.)
node_home="$(node -p 'require("path").dirname(require("path").dirname(process.execPath))')"
[ -f "$node_home/include/node/node.h" ] ||
  fail "the Node at $node_home has no C++ headers (include/node). Install Node with them: its own archive, NodeSource's package, or Debian's libnode-dev."
export npm_config_nodedir="$node_home"
export npm_config_build_from_source=true
export ONNXRUNTIME_NODE_INSTALL=skip
export JOBS="${JOBS:-$(nproc)}"

# npm ci takes minutes and throws node_modules away first, so it runs only for another lockfile or another Node.
stamp=node_modules/.set-up-for
wanted="$(node -p '`${process.version} ${process.arch}`') $(cat package-lock.json .npmrc | sha256sum | cut -d' ' -f1)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  say "npm packages are up to date (Node $(node -v))"
else
  say "fetching npm packages and compiling two of them, better-sqlite3 and fs-ext (Node $(node -v)); one to three minutes, the first time alone"
  quietly npm ci --no-progress ||
    fail 'npm ci failed, see above. It needs the npm registry, python3 and g++.'
  echo "$wanted" >"$stamp"
fi
