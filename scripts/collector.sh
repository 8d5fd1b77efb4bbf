#!/usr/bin/env bash
# The OpenTelemetry Collector that traces are tested against: two minutes of compiling, once.
source "$(dirname "$0")/common.sh"

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
source scripts/go.sh

# fill_collector VERSION OF-STABLE FOLDER: the Collector is a library: its program names the parts that it has.
fill_collector() {
  say "compiling the OpenTelemetry Collector $1"
  cp test/servers/collector/main.go "$3"
  (
    cd "$3"
    quietly "$go" mod init collector
    quietly "$go" get "go.opentelemetry.io/collector/otelcol@v$1" "go.opentelemetry.io/collector/receiver/otlpreceiver@v$1" \
      "github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter@v$1" \
      "go.opentelemetry.io/collector/confmap/provider/fileprovider@v$2"
    GOFLAGS=-mod=mod quietly "$go" build -trimpath -ldflags='-s -w' -o collector .
  ) || fail "Go could not fetch or compile the OpenTelemetry Collector $1. It needs Go's module proxy."
}

cached "otel-collector-$(version otel-collector)" fill_collector "$(version otel-collector)" "$(version otel-collector-stable)"
say "the OpenTelemetry Collector is ready in $cache"
