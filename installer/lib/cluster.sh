# shellcheck shell=bash
# The cluster, its namespaces and its ingress.

kind_is_there() { kind get clusters 2>/dev/null | grep -qx dailyfeed; }

# kind_ports are those of this machine that lead to the gateway, HTTP first.
kind_ports() { sed -n 's/.*hostPort: *\([0-9]*\).*/\1/p' "$KIND"; }

make_cluster() {
  [ "$CLUSTER" = kind ] || { note "context $CONTEXT"; return 0; }
  if kind_is_there; then note "the cluster is there"; return 0; fi
  run kind create cluster --name dailyfeed --config "$KIND" --wait 180s
}

# Sidecars without Istio's CNI plugin need rights that "restricted" refuses, so a
# namespace with a mesh is only warned.
make_namespaces() {
  local mode=enforce
  [ "$MESH" = off ] || mode=warn
  feed kc apply --server-side -f - <<YAML
apiVersion: v1
kind: Namespace
metadata:
  name: $APP
  labels: {app.kubernetes.io/part-of: dailyfeed, pod-security.kubernetes.io/$mode: restricted, istio-injection: $([ "$MESH" = on ] && echo enabled || echo disabled)}
---
apiVersion: v1
kind: Namespace
metadata:
  name: $INFRA
  labels: {app.kubernetes.io/part-of: dailyfeed, pod-security.kubernetes.io/enforce: baseline}
YAML
}

# chart NAME NAMESPACE CHART WORDS…: install or upgrade; both Helms.
chart() {
  local name=$1 where=$2 folder=$3
  shift 3
  settle "$name" "$where" || return 1
  watching "$name" "$where" quietly helm --kube-context "$CONTEXT" upgrade --install "$name" "$folder" --namespace "$where" --timeout "${LIMIT}s" "$@" || {
    grep -v 'symbolic link' "$WORK/helm" >&2
    return 1
  }
  if $DRY_RUN; then cat "$WORK/helm"; else note "$name is there"; fi
}

quietly() { run "$@" >"$WORK/helm" 2>&1; }

# settle NAME NAMESPACE: a Helm that was killed leaves its release pending, and each one
# after it refuses to touch that. One that may still be at work gets the time limit since its
# last sign (the mark has one of two labels: Helm writes it anew after each migration); then
# the mark is taken away. The revision before it stays known, its objects are adopted.
settle() {
  if $DRY_RUN; then return 0; fi
  local left since mark
  while :; do
    left=$(kc -n "$2" get secrets -l "owner=helm,name=$1,status in (pending-install,pending-upgrade,pending-rollback)" \
      -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.modifiedAt}{.metadata.labels.createdAt}{"\n"}{end}') || return 1
    [ -n "$left" ] || return 0
    since=$(($(date +%s) - $(printf '%s' "$left" | sed -n '$s/.* //p' | grep -E '^[0-9]+$' || echo 0)))
    if [ "$since" -ge "$LIMIT" ]; then
      printf '%s\n' "$left" | while read -r mark _; do kc -n "$2" delete secret "$mark"; done
      note "a change of $1 was broken off: it is made again"
      return 0
    fi
    progress "$1 is being changed, or that was broken off: taken over in $((LIMIT - since))s"
    sleep "${PAUSE:-5}"
  done
}

# istio_there: a name, where both its types and a gateway are there.
istio_there() {
  local types
  types=$(kc get crd gateways.networking.istio.io --ignore-not-found -o name) || return 1
  [ -z "$types" ] || kc -n istio-ingress get deployment gateway --ignore-not-found -o name
}

# An Istio gateway that is there is taken; else Istio's own charts are installed.
make_ingress() {
  local there=""
  if ! $DRY_RUN; then there=$(istio_there) || return 1; fi
  if [ -n "$there" ]; then
    note "Istio is there"
  else
    chart istio-base istio-system base --create-namespace --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION"
    chart istiod istio-system istiod --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION" --set pilot.resources.requests.cpu=50m --set pilot.resources.requests.memory=128Mi --set meshConfig.accessLogFile=/dev/stdout
    chart gateway istio-ingress gateway --create-namespace --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION" -f "$HERE/../gateway.yaml"
  fi
  await "the control plane" "$LIMIT" kc -n istio-system rollout status deployment/istiod --timeout=1s
  await "the ingress" "$LIMIT" kc -n istio-ingress rollout status deployment/gateway --timeout=1s
}
