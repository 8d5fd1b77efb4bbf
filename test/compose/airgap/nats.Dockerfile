FROM debian:bookworm-slim
COPY nats-server /usr/local/bin/
COPY busybox /bin/
RUN ln -s busybox /bin/wget
ENTRYPOINT ["nats-server"]
CMD ["--config", "/etc/nats/nats-server.conf"]
