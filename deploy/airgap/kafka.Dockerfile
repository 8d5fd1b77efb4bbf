FROM lvra-stream/java
COPY libs/ /opt/kafka/libs/
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser appuser
USER appuser
