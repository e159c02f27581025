# shellcheck shell=bash
# Taking away what was put there, at whatever point that stopped.

uninstall() {
  if [ "$CLUSTER" = kind ] && ! kind_is_there; then
    step "no cluster of kind's is there: nothing to remove"
    return 0
  fi
  doing "$APP" "services" remove_app
  $APP_ONLY && return 0
  doing "$INFRA" "stores" remove_infra
  if $KEEP_DATA; then
    note "kept: volumes and Secrets in $INFRA and $APP (passwords and data belong together)"
    return 0
  fi
  doing "$APP" "namespaces" remove_namespaces
  if [ "$CLUSTER" = kind ] && kind_is_there; then
    doing kube-system "cluster" run kind delete cluster --name dailyfeed
  fi
}

# gone NAMESPACE RELEASE…: those that are there are removed.
gone() {
  local where=$1 release
  shift
  for release in "$@"; do
    run helm --kube-context "$CONTEXT" uninstall "$release" --namespace "$where" --ignore-not-found --wait --timeout "${LIMIT}s"
  done
}

remove_app() {
  gone "$APP" dailyfeed-istio dailyfeed-hpa dailyfeed
  # what hooks and CronJobs left behind
  run kc -n "$APP" delete jobs --all --ignore-not-found
  await "pods to end" "$LIMIT" no_pods "$APP"
  if ! $KEEP_DATA && ! $APP_ONLY; then run kc -n "$APP" delete pvc --all --ignore-not-found; fi
}

no_pods() { [ -z "$(kc -n "$1" get pods -o name)" ]; }

remove_infra() {
  # shellcheck disable=SC2086 # a list
  gone "$INFRA" $STORES
  await "pods of the stores to end" "$LIMIT" no_pods "$INFRA"
  if ! $KEEP_DATA; then run kc -n "$INFRA" delete pvc --all --ignore-not-found; fi
}

remove_namespaces() {
  run kc delete namespace "$APP" "$INFRA" --ignore-not-found --wait=false
  await "namespaces to go" "$LIMIT" no_namespaces
}

no_namespaces() { [ -z "$(kc get namespace "$APP" "$INFRA" --ignore-not-found -o name)" ]; }
