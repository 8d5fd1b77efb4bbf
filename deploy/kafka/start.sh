#!/bin/sh
# One broker for a laptop.
set -eu
kafka() { java -Xmx512m -cp '/opt/kafka/libs/*' "$@"; }
kafka kafka.tools.StorageTool format --ignore-formatted --cluster-id bHZyYS1sYXB0b3Ata2Fma2 --config /etc/kafka-laptop/server.properties
exec java -Xmx512m -cp '/opt/kafka/libs/*' kafka.Kafka /etc/kafka-laptop/server.properties
