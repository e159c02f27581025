# shellcheck shell=bash
# Passwords and keys: made once, kept in Secrets, never a word of a command.

# hex N: N random bytes. key: 32 of them in base64.
hex() { od -An -N"$1" -tx1 </dev/urandom | tr -d ' \n'; }
key() { head -c 32 </dev/urandom | base64 | tr -d '\n'; }

# kept NAMESPACE SECRET KEY: the value that is there, or nothing. It fails where the
# cluster does not say: a password made anew would lock out the data that the old one opens.
kept() {
  $DRY_RUN && return 0
  local known
  known=$(kc -n "$1" get secret "$2" --ignore-not-found -o "jsonpath={.data.$3}") || return 1
  printf '%s' "$known" | base64 -d
}

# keep_or NAMESPACE SECRET KEY COMMAND…: what is there, else a new one.
keep_or() {
  local known
  known=$(kept "$1" "$2" "$3") || return 1
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

# keep_secret NAMESPACE NAME KEY COMMAND [KEY COMMAND …]: each key's value as it is
# there, else what the command (and its words) makes. Nothing is written unless all are known.
keep_secret() {
  local where=$1 name=$2 left value
  shift 2
  left=$#
  while [ "$left" -gt 0 ]; do
    # shellcheck disable=SC2086 # a command and its words
    value=$(keep_or "$where" "$name" "$1" $2) || return 1
    set -- "$@" "$1" "$value"
    shift 2
    left=$((left - 2))
  done
  put_secret "$where" "$name" "$@"
}

# Those of the stores in the cluster.
make_store_secrets() {
  local s=$INFRA
  keep_secret "$s" mysql-secret root-password "hex 24" \
    member-password "hex 24" content-password "hex 24" timeline-password "hex 24" migrate-password "hex 24"
  keep_secret "$s" redis-secret redis-password "hex 24"
  keep_secret "$s" mongodb-secret root-user "echo dailyfeed" root-password "hex 24"
  keep_secret "$s" kafka-secret cluster-id cluster_id
}

# a Kafka cluster's id: 16 bytes in base64 for URLs, without padding
cluster_id() { head -c 16 </dev/urandom | base64 | tr '+/' 'ab' | cut -c 1-22; }

# Those of the services: how they reach the stores, and their own.
make_app_secrets() {
  keep_secret "$APP" dailyfeed-secret internal-token "hex 24" cursor-key key
  keep_secret "$APP" member-secret jwt-kek key jwt-kek-previous true
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
  local user value
  set --
  for user in member content timeline migrate; do
    value=$(kept "$INFRA" mysql-secret "$user-password") || return 1
    set -- "$@" "$user-dsn" "dailyfeed_$user:$value@tcp(mysql.$INFRA:3306)/dailyfeed?parseTime=true&loc=UTC"
  done
  put_secret "$APP" mysql-secret "$@"
  value=$(kept "$INFRA" redis-secret redis-password) || return 1
  put_secret "$APP" redis-secret redis-password "$value"
  value=$(kept "$INFRA" mongodb-secret root-password) || return 1
  put_secret "$APP" mongodb-secret mongodb-uri "mongodb://dailyfeed:$value@mongodb.$INFRA:27017/?authSource=admin"
}

# Changes when a Secret that pods read does, and tells nothing of it.
secrets_checksum() {
  $DRY_RUN && return 0
  local all name
  all=""
  for name in dailyfeed-secret member-secret mysql-secret redis-secret mongodb-secret; do
    all="$all$(kc -n "$APP" get secret "$name" -o 'jsonpath={.data}')" || return 1
  done
  printf '%s' "$all" | cksum | tr ' ' '-'
}
