#!/bin/sh
# Removes images of the project that a newer build has replaced, 1.4 GB an upgrade. The layers of the current ones stay,
# so that the next `make up` has nothing to build; other images are never touched.
set -eu
built="$(docker image inspect --format '{{.Created}}' lvra-stream/cli)"
docker image prune --force --filter label=lvra-stream \
  --filter until="$(date -u -d "$built 1 hour ago" +%Y-%m-%dT%H:%M:%SZ)" | sed -n 's/^Total reclaimed space: \(.*[1-9].*\)/older images removed: \1/p'
