#!/usr/bin/env bash
# Has Prometheus and Alertmanager read their files again, after a check: compose does not see that rules or receivers
# changed. Says what `prepare` warned of. scripts/reload-monitoring.sh COMPOSE-COMMAND...
source "$(dirname "$0")/common.sh"

# Before it is ready a server has not said that it wants the signal, and would end.
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
  fail 'Prometheus keeps the rules that it has: mend deploy/prometheus, see above, then make up.'
quietly "${compose[@]}" exec -T alertmanager amtool check-config /etc/alertmanager/alertmanager.yml ||
  fail 'Alertmanager keeps the receivers that it has: mend LVRA_ALERT_* in .env, see above, then make up.'
quietly "${compose[@]}" kill -s HUP prometheus alertmanager || fail 'Prometheus and Alertmanager could not be told to read their files again.'
