# shellcheck shell=bash
# Passwords and keys: made once, kept in Secrets, never a word of a command.

# hex N: N random bytes. key: 32 of them in base64.
hex() { od -An -N"$1" -tx1 </dev/urandom | tr -d ' \n'; }
key() { head -c 32 </dev/urandom | base64 | tr -d '\n'; }

# kept NAMESPACE SECRET KEY: the value that is there, or nothing.
kept() {
  $DRY_RUN && return 0
  kc -n "$1" get secret "$2" -o "jsonpath={.data.$3}" 2>/dev/null | base64 -d 2>/dev/null || true
}

# keep_or NAMESPACE SECRET KEY COMMAND…: what is there, else a new one.
keep_or() {
  local known
  known=$(kept "$1" "$2" "$3")
  shift 3
  if [ -n "$known" ]; then printf '%s' "$known"; else "$@"; fi
}

encoded() { printf '%s' "$1" | base64 | tr -d '\n'; }

# put_secret NAMESPACE NAME KEY VALUE …
put_secret() {
  local where=$1 name=$2
  shift 2
  {
    printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s, labels: {app.kubernetes.io/part-of: dailyfeed}}\ndata:\n' "$name" "$where"
    while [ $# -gt 0 ]; do
      printf '  %s: "%s"\n' "$1" "$(encoded "$2")"
      shift 2
    done
  } | feed kc apply --server-side --force-conflicts -f -
}

# shellcheck disable=SC2034 # checks.sh asks for them
EXTERNAL_NAMES="MYSQL_HOST MYSQL_PORT MYSQL_MEMBER_DSN MYSQL_CONTENT_DSN MYSQL_TIMELINE_DSN MYSQL_MIGRATE_DSN REDIS_ADDR KAFKA_BOOTSTRAP_SERVERS MONGODB_URI"

# external NAME: what the file of --external says; it is read, never run.
external() { sed -n "s/^$1=//p" "$EXTERNAL" | tail -n 1; }

# Those of the stores in the cluster.
make_store_secrets() {
  local s=$INFRA
  put_secret "$s" mysql-secret \
    root-password "$(keep_or "$s" mysql-secret root-password hex 24)" \
    member-password "$(keep_or "$s" mysql-secret member-password hex 24)" \
    content-password "$(keep_or "$s" mysql-secret content-password hex 24)" \
    timeline-password "$(keep_or "$s" mysql-secret timeline-password hex 24)" \
    migrate-password "$(keep_or "$s" mysql-secret migrate-password hex 24)"
  put_secret "$s" redis-secret redis-password "$(keep_or "$s" redis-secret redis-password hex 24)"
  put_secret "$s" mongodb-secret root-user dailyfeed root-password "$(keep_or "$s" mongodb-secret root-password hex 24)"
  put_secret "$s" kafka-secret cluster-id "$(keep_or "$s" kafka-secret cluster-id cluster_id)"
}

# a Kafka cluster's id: 16 bytes in base64 for URLs, without padding
cluster_id() { head -c 16 </dev/urandom | base64 | tr '+/' 'ab' | cut -c 1-22; }

# Those of the services: how they reach the stores, and their own.
make_app_secrets() {
  local s=$APP
  put_secret "$s" dailyfeed-secret \
    internal-token "$(keep_or "$s" dailyfeed-secret internal-token hex 24)" \
    cursor-key "$(keep_or "$s" dailyfeed-secret cursor-key key)"
  put_secret "$s" member-secret \
    jwt-kek "$(keep_or "$s" member-secret jwt-kek key)" \
    jwt-kek-previous "$(kept "$s" member-secret jwt-kek-previous)"
  if [ -n "$EXTERNAL" ]; then external_secrets; else internal_secrets; fi
}

external_secrets() {
  put_secret "$APP" mysql-secret \
    member-dsn "$(external MYSQL_MEMBER_DSN)" content-dsn "$(external MYSQL_CONTENT_DSN)" \
    timeline-dsn "$(external MYSQL_TIMELINE_DSN)" migrate-dsn "$(external MYSQL_MIGRATE_DSN)"
  put_secret "$APP" redis-secret redis-password "$(external REDIS_PASSWORD)"
  put_secret "$APP" mongodb-secret mongodb-uri "$(external MONGODB_URI)"
}

internal_secrets() {
  put_secret "$APP" mysql-secret \
    member-dsn "$(dsn member)" content-dsn "$(dsn content)" timeline-dsn "$(dsn timeline)" migrate-dsn "$(dsn migrate)"
  put_secret "$APP" redis-secret redis-password "$(kept "$INFRA" redis-secret redis-password)"
  put_secret "$APP" mongodb-secret mongodb-uri \
    "mongodb://dailyfeed:$(kept "$INFRA" mongodb-secret root-password)@mongodb.$INFRA:27017/?authSource=admin"
}

dsn() { printf 'dailyfeed_%s:%s@tcp(mysql.%s:3306)/dailyfeed?parseTime=true&loc=UTC' "$1" "$(kept "$INFRA" mysql-secret "$1-password")" "$INFRA"; }

# Changes when a Secret does, and tells nothing of it.
secrets_checksum() {
  $DRY_RUN && return 0
  kc -n "$APP" get secrets -l app.kubernetes.io/part-of=dailyfeed -o 'jsonpath={.items[*].data}' | cksum | tr ' ' '-'
}
