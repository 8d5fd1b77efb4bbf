# The stand-in for PostgreSQL, which deploy/compose.cluster.yml alone needs; sourced by build, from the project's root.

postgres_tag() { sed -n 's/^ *image: \(postgres:.*\)/\1/p' deploy/compose.cluster.yml; }

# Debian 12 has the release of the tag.
build_postgres() {
  built postgresql lvra-stream/postgresql import_debian postgresql lvra-stream/postgresql postgresql
  build_from "$(context)" postgres "$1"
}
