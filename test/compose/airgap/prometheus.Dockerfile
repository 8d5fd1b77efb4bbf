FROM debian:bookworm-slim
COPY prometheus promtool busybox /bin/
COPY share/ /usr/share/
RUN ln -s busybox /bin/wget && mkdir /prometheus && chown 65534:65534 /prometheus
USER 65534
VOLUME /prometheus
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
