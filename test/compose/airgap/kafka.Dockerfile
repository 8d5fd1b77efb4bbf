FROM lvra-stream/java
COPY libs/ /opt/kafka/libs/
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser appuser \
 && mkdir -p /var/lib/kafka/data && chown -R appuser /var/lib/kafka
USER appuser
