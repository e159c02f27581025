# shellcheck shell=bash
# The cluster, its namespaces and its ingress.

kind_is_there() { kind get clusters 2>/dev/null | grep -qx dailyfeed; }

make_cluster() {
  [ "$CLUSTER" = kind ] || { note "context $CONTEXT"; return 0; }
  if kind_is_there; then note "the cluster is there"; return 0; fi
  run kind create cluster --name dailyfeed --config "$HERE/../kind.yaml" --wait 180s
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
  run helm --kube-context "$CONTEXT" upgrade --install "$name" "$folder" --namespace "$where" --timeout "${LIMIT}s" "$@" >"$WORK/helm" 2>&1 || {
    grep -v 'symbolic link' "$WORK/helm" >&2
    return 1
  }
  if $DRY_RUN; then cat "$WORK/helm"; else note "$name is there"; fi
}

# An Istio gateway that is there is taken; else Istio's own charts are installed.
make_ingress() {
  if ! $DRY_RUN && kc get crd gateways.networking.istio.io >/dev/null 2>&1 && kc -n istio-ingress get deployment gateway >/dev/null 2>&1; then
    note "Istio is there"
  else
    chart istio-base istio-system base --create-namespace --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION"
    chart istiod istio-system istiod --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION" --set pilot.resources.requests.cpu=50m --set pilot.resources.requests.memory=128Mi
    chart gateway istio-ingress gateway --create-namespace --repo "$ISTIO_CHARTS" --version "$ISTIO_VERSION" -f "$HERE/../gateway.yaml"
  fi
  await "the control plane" "$LIMIT" kc -n istio-system rollout status deployment/istiod --timeout=1s
  await "the ingress" "$LIMIT" kc -n istio-ingress rollout status deployment/gateway --timeout=1s
}
