#!/usr/bin/env bash
# Runs a command with a Docker daemon that has the images of docker-compose.yml: scripts/docker.sh COMMAND...
# A running daemon is used as it is. Otherwise one is started here, with its own store in the cache, and ended with the
# command.
source "$(dirname "$0")/common.sh"

start_daemon() {
  local folder="$cache/docker" missing=()
  have dockerd || missing+=(docker.io iptables)
  [ "${#missing[@]}" = 0 ] || install_debian "${missing[@]}"
  mkdir -p "$folder"
  exec 8>"$folder/.lock"
  flock 8
  say 'starting dockerd'
  rm -f "$folder/pid"
  as_root dockerd --host "unix://$folder/socket" --data-root "$folder/data" --exec-root "$folder/run" \
    --pidfile "$folder/pid" 8>&- 9>&- >"$folder/log" 2>&1 </dev/null &
  export DOCKER_HOST="unix://$folder/socket"
  trap 'end_daemon' EXIT
  for _ in $(seq 60); do
    ! docker info >/dev/null 2>&1 || return 0
    [ -d /proc/$! ] || break
    sleep 0.5
  done
  tail -n 5 "$folder/log" >&2
  fail 'dockerd did not start, see above. It needs root, cgroups and iptables.'
}

# The build cache is kept for a day.
end_daemon() {
  docker image prune --force --filter until=24h >/dev/null
  as_root kill "$(cat "$cache/docker/pid")"
  while [ -e "$cache/docker/pid" ]; do sleep 0.2; done
}

have docker || install_debian docker.io iptables
docker compose version >/dev/null 2>&1 || have docker-compose || install_debian docker-compose
docker info >/dev/null 2>&1 || start_daemon
test/compose/airgap/build
"$@"
