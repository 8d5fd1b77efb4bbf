#!/bin/sh
# One of the two databases of deploy/compose.cluster.yml: start.sh OTHER. Where the other takes writes, this one follows it;
# otherwise it starts as it was, and the very first start of the one with PRIMARY=yes makes the database. A commit is confirmed
# once both have it: what an old primary alone has was never confirmed, and can be thrown away.
set -eu
other="$1"
data=/var/lib/postgresql/data/cluster
name="$(hostname)"
PGPASSWORD="$(cat /run/lvra/nats/password)"
export PGPASSWORD

other_takes_writes() {
  [ "$(psql -h "$other" -U postgres -d postgres -Atc 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]
}

make_primary() {
  initdb -D "$data.new" -U postgres -A scram-sha-256 --pwfile /run/lvra/nats/password -E UTF8 --locale C.UTF-8
  echo 'host all,replication all samenet scram-sha-256' >>"$data.new/pg_hba.conf"
  printf '%s\n' "CREATE ROLE lvra LOGIN PASSWORD '$PGPASSWORD'" 'CREATE DATABASE lvra OWNER lvra' |
    postgres --single -D "$data.new" postgres
  mv "$data.new" "$data"
}

make_standby() {
  rm -rf "$data" "$data.new"
  until pg_basebackup -D "$data.new" -R -c fast -d "host=$other user=postgres application_name=$name"; do
    rm -rf "$data.new"
    sleep 1
  done
  mv "$data.new" "$data"
}

rm -rf "$data.new"
if other_takes_writes; then
  # A standby of it catches up by itself.
  [ -e "$data/standby.signal" ] || make_standby
elif [ ! -d "$data" ]; then
  if [ "${PRIMARY:-no}" = yes ]; then make_primary; else make_standby; fi
fi
exec postgres -D "$data" -c 'listen_addresses=*' -c unix_socket_directories=/tmp -c wal_keep_size=256MB \
  -c max_connections=200 \
  -c "synchronous_standby_names=ANY 1 (\"$name\", \"$other\")"
