#!/usr/bin/env bash
# Reloads the files of Prometheus and Alertmanager, after a check: compose does not notice changed rules or receivers.
# Shows the warnings of `prepare`. scripts/reload-monitoring.sh COMPOSE-COMMAND...
source "$(dirname "$0")/common.sh"

# Before it is ready a server does not handle the signal yet, and would end.
ready() {
  for _ in $(seq 60); do
    ! "${compose[@]}" exec -T "$1" wget -q -O /dev/null "http://127.0.0.1:$2/-/ready" 2>/dev/null || return 0
    sleep 1
  done
  fail "$1 is not ready after a minute: see ${compose[*]} logs $1"
}

compose=("$@")
"${compose[@]}" logs --no-color --tail 20 prepare 2>/dev/null | sed -n 's/.*\(warning: \)/\1/p' | sort -u >&2
ready prometheus 9090
ready alertmanager 9093
quietly "${compose[@]}" exec -T prometheus promtool check config /etc/prometheus/prometheus.yml ||
  fail 'Prometheus keeps the rules that it has: fix deploy/prometheus, see above, then make up.'
quietly "${compose[@]}" exec -T alertmanager amtool check-config /etc/alertmanager/alertmanager.yml ||
  fail 'Alertmanager keeps the receivers that it has: fix LVRA_ALERT_* in .env, see above, then make up.'
quietly "${compose[@]}" kill -s HUP prometheus alertmanager || fail 'Prometheus and Alertmanager could not be told to read their files again.'
