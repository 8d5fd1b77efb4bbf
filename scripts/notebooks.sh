#!/usr/bin/env bash
# The Python libraries that exports are read with in docs/notebooks.md, and a checker of VOTable’s schema: 700 MB, so
# for their test alone.
source "$(dirname "$0")/common.sh"

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9

have xmllint || install_debian libxml2-utils
folder=notebooks
packages=()
for package in pandas-3 pyarrow polars duckdb astropy matplotlib; do
  folder+="-$(version "$package")"
  packages+=("${package%-3}==$(version "$package")")
done
cached "$folder" fill_python pandas "$(version pandas-3)" "${packages[@]}"
say "pandas, pyarrow, polars, duckdb, astropy and matplotlib are ready in $cache/$folder"
