FROM debian:bookworm-slim
COPY prometheus-alertmanager /bin/alertmanager
COPY amtool busybox /bin/
COPY share/ /usr/share/
RUN ln -s busybox /bin/wget && mkdir /alertmanager && chown 65534:65534 /alertmanager
USER 65534
VOLUME /alertmanager
WORKDIR /alertmanager
ENTRYPOINT ["/bin/alertmanager"]
CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]
