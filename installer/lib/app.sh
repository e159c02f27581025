# shellcheck shell=bash
# The services.

install_app() {
  doing "$APP" "secrets of the services" make_app_secrets
  doing "$APP" "images" load_images
  doing "$APP" "services at $TAG" release_app
  doing "$APP" "rights" grant_tables
  doing "$APP" "rules of autoscaling and the mesh" release_rules
  doing "$APP" "rollout" await_rollout
  if [ "$MESH" = on ]; then doing "$APP" "tokens checked by the mesh" release_token_checks; fi
  doing "$APP" "smoke test" smoke
  if $SEED; then doing "$APP" "demo member" seed_demo; fi
  goodbye
}

load_images() {
  [ -n "$IMAGES" ] || { note "the cluster pulls them"; return 0; }
  local service load="kind load image-archive --name dailyfeed"
  [ -z "$LOAD" ] || load=$LOAD
  for service in $SERVICES; do
    # shellcheck disable=SC2086 # a command and its words
    run $load "$IMAGES/$service-$TAG.tar" >"$WORK/load" 2>&1 || { cat "$WORK/load" >&2; return 1; }
    if $DRY_RUN; then cat "$WORK/load"; else note "$service"; fi
  done
}

# What this installation says to the fleet's chart; no secrets.
write_values() {
  local checksum proxies
  checksum=$(secrets_checksum) || return 1
  proxies=$(trusted_proxies) || return 1
  {
    echo "global:"
    echo "  image: {tag: \"$TAG\"}"
    echo "  secretsChecksum: \"$checksum\""
    echo "  autoscaling: $AUTOSCALING"
    echo "  mesh: $([ "$MESH" = on ] && echo true || echo false)"
    [ -z "$proxies" ] || echo "  settings: {TRUSTED_PROXIES: \"$proxies\"}"
    if [ -n "$EXTERNAL" ]; then
      echo "  config:"
      echo "    mysql-config: {MYSQL_HOST: \"$(external MYSQL_HOST)\", MYSQL_PORT: \"$(external MYSQL_PORT)\"}"
      echo "    redis-config: {REDIS_ADDR: \"$(external REDIS_ADDR)\"}"
      echo "    kafka-config: {KAFKA_BOOTSTRAP_SERVERS: \"$(external KAFKA_BOOTSTRAP_SERVERS)\"}"
      external_network
    fi
  } >"$WORK/values.yaml"
}

# Without sidecars requests come from the gateway's pod: what it says of the client
# is believed, or all clients would share one address's limit of writes.
trusted_proxies() {
  if $DRY_RUN || [ "$MESH" = on ]; then return 0; fi
  local ranges
  ranges=$(kc get nodes -o 'jsonpath={range .items[*]}{.spec.podCIDR}{"\n"}{end}') || return 1
  printf '%s\n' "$ranges" | sed '/^$/d' | tr '\n' ',' | sed 's/,$//'
}

# Where stores outside are, for the NetworkPolicies: any address on their ports.
external_network() {
  local store port
  echo "  networkPolicy:"
  echo "    stores:"
  for store in $STORES; do
    case $store in
      mysql) port=$(external MYSQL_PORT) ;;
      redis) port=$(external REDIS_ADDR | sed 's/.*://') ;;
      kafka) port=$(external KAFKA_BOOTSTRAP_SERVERS | sed 's/.*://') ;;
      mongodb) port=$(external MONGODB_URI | grep -oE ':[0-9]+' | tail -n 1 | tr -d ':') ;;
    esac
    echo "      $store: {port: ${port:-27017}, cidr: 0.0.0.0/0}"
  done
}

release_app() {
  write_values
  set -- -f "$WORK/values.yaml"
  local file
  while IFS= read -r file; do
    [ -z "$file" ] || set -- "$@" -f "$file"
  done <<LIST
$VALUES
LIST
  # migrations are hooks: Helm waits for them, then the rollout begins
  chart dailyfeed "$APP" "$ROOT/deploy/helm/dailyfeed" "$@"
}

release_rules() {
  if $AUTOSCALING; then
    chart dailyfeed-hpa "$APP" "$ROOT/deploy/hpa"
  else
    run helm --kube-context "$CONTEXT" uninstall dailyfeed-hpa --namespace "$APP" --ignore-not-found >/dev/null
  fi
  # the first time there are no keys yet to check tokens with
  local checked=yes
  if [ "$MESH" = on ] && ! $DRY_RUN; then
    checked=$(kc -n "$APP" get requestauthentications dailyfeed-member --ignore-not-found -o name) || return 1
  fi
  if [ -n "$checked" ]; then release_mesh; else release_mesh --set jwt.enabled=false; fi
}

release_mesh() {
  local keys
  keys=$(jwks_uri) || return 1
  set -- --set "mesh=$([ "$MESH" = on ] && echo true || echo false)" --set-string "jwt.jwksUri=$keys" "$@"
  chart dailyfeed-istio "$APP" "$ROOT/deploy/istio" "$@"
}

# The control plane keeps what it fetched from an address for 20 minutes, so each
# installation has one of its own: the next never meets the keys of this.
jwks_uri() {
  local of=this
  $DRY_RUN || of=$(kc get namespace "$APP" -o 'jsonpath={.metadata.uid}') || return 1
  echo "http://gateway.istio-ingress.svc.cluster.local/.well-known/jwks.json?installation=$of"
}

# Only once the ingress gives the keys: what the control plane fails to fetch it asks
# for again a minute later, and refuses every token until then.
release_token_checks() {
  ingress_url >"$WORK/url"
  if ! $DRY_RUN; then await "the keys at $(cat "$WORK/url")" "$LIMIT" expect 200 GET /.well-known/jwks.json; fi
  release_mesh
}

await_rollout() {
  local service
  for service in $SERVICES; do
    await "$service" "$LIMIT" rolled_out "$service"
  done
}

# rolled_out SERVICE: else what its pods wait for.
rolled_out() {
  kc -n "$APP" rollout status "deployment/dailyfeed-$1" --timeout=1s && return 0
  unready_pods "$APP" | grep "dailyfeed-$1-" || true
  return 1
}
