# shellcheck shell=bash
# The services.

install_app() {
  doing "$APP" "secrets of the services" make_app_secrets
  doing "$APP" "images" load_images
  doing "$APP" "services at $TAG" release_app
  doing "$APP" "rights" grant_tables
  doing "$APP" "rules of autoscaling and the mesh" release_rules
  doing "$APP" "rollout" await_rollout
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
  {
    echo "global:"
    echo "  image: {tag: \"$TAG\"}"
    echo "  secretsChecksum: \"$(secrets_checksum)\""
    echo "  autoscaling: $AUTOSCALING"
    echo "  mesh: $([ "$MESH" = on ] && echo true || echo false)"
    if [ -n "$EXTERNAL" ]; then
      echo "  config:"
      echo "    mysql-config: {MYSQL_HOST: \"$(external MYSQL_HOST)\", MYSQL_PORT: \"$(external MYSQL_PORT)\"}"
      echo "    redis-config: {REDIS_ADDR: \"$(external REDIS_ADDR)\"}"
      echo "    kafka-config: {KAFKA_BOOTSTRAP_SERVERS: \"$(external KAFKA_BOOTSTRAP_SERVERS)\"}"
      external_network
    fi
  } >"$WORK/values.yaml"
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
  chart dailyfeed-istio "$APP" "$ROOT/deploy/istio" --set "mesh=$([ "$MESH" = on ] && echo true || echo false)"
}

await_rollout() {
  local service
  for service in $SERVICES; do
    await "$service" "$LIMIT" kc -n "$APP" rollout status "deployment/dailyfeed-$service" --timeout=1s
  done
}
