FROM lvra-stream/postgresql
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN install --directory --owner=postgres --group=postgres --mode=700 /var/lib/postgresql/data
USER postgres
VOLUME /var/lib/postgresql/data
