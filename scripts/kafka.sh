# Apache Kafka for the tests; sourced by servers.sh.

# fill_kafka VERSION FOLDER: the broker's jars and what they depend on, from Maven Central or the mirror of the
# user's own Maven settings. kafka-tools-api is left out: only console tools use it, and Central lacks some of its
# versions. slf4j-simple makes the broker's log go to standard error.
fill_kafka() {
  say "fetching Apache Kafka $1 (Maven)"
  cat >"$2/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>lvra</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>$1</version>
      <exclusions>
        <exclusion>
          <groupId>org.apache.kafka</groupId>
          <artifactId>kafka-tools-api</artifactId>
        </exclusion>
      </exclusions>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
POM
  JAVA_HOME="$(dirname "$(dirname "$(readlink -f "$cache/java")")")" quietly mvn -B -f "$2/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$2" ||
    fail "Maven could not fetch org.apache.kafka:kafka_2.13:$1. It needs Maven Central or a mirror in ~/.m2/settings.xml."
}

# archive_classes VERSION: Java's archive of the classes that a broker loads, which saves a second of CPU per
# start. A broker starts without it too, so a failure here is only reported.
archive_classes() {
  local archive="$cache/kafka-$1.jsa" work port broker
  [ ! -f "$archive" ] || return 0
  say "recording the classes of Kafka $1, for quick starts"
  work="$(mktemp -d)"
  port=$((20000 + RANDOM % 12000))
  cat >"$work/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$port
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$((port + 1)),CONTROLLER://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$work/logs
PROPERTIES
  local java=("$cache/java" -Xmx384m -XX:+UseSerialGC "-Djava.io.tmpdir=$work")
  "${java[@]}" -cp "$cache/kafka-$1/*" kafka.tools.StorageTool format -t bHZyYS10ZXN0LXNlcnZlcg \
    -c "$work/server.properties" >"$work/log" 2>&1
  "${java[@]}" "-XX:ArchiveClassesAtExit=$work/classes.jsa" -cp "$cache/kafka-$1/*" kafka.Kafka \
    "$work/server.properties" >>"$work/log" 2>&1 &
  broker=$!
  for _ in $(seq 300); do
    ! grep -q 'Kafka Server started' "$work/log" || break
    sleep 0.1
  done
  kill "$broker" || true
  wait "$broker" || true
  mv "$work/classes.jsa" "$archive" || say "no class archive for Kafka $1: $(tail -n 1 "$work/log")"
  rm -rf "$work"
}
