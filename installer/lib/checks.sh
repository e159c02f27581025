# shellcheck shell=bash
# The checks of checks.txt: one function each, all are made, all that is missing is told at once.

kc() { kubectl --context "$CONTEXT" "$@"; }

run_checks() {
  step "checks for $CONTEXT"
  local name when limit what hint missing=0
  while IFS='|' read -r name when limit what hint; do
    case $name in '' | '#'*) continue ;; esac
    concerns "$when" || continue
    # a kubectl without an account asks for one, and would read the next checks as its name
    if within "$limit" "check_$name" >"$WORK/check" 2>&1 </dev/null; then
      note "ok      $what"
    else
      missing=$((missing + 1))
      printf '   MISSING %s%s\n           %s\n' "$what" "$(sed -n '1s/^/: /p' "$WORK/check")" "$hint" >&2
    fi
  done <"$HERE/../checks.txt"
  if [ "$missing" -gt 0 ]; then
    printf '\n%s missing; nothing was changed\n' "$missing" >&2
    return 1
  fi
}

concerns() {
  case $1 in
    kind) [ "$CLUSTER" = kind ] ;;
    new-kind) [ "$CLUSTER" = kind ] && [ "$VERB" != uninstall ] && [ "$VERB" != status ] && ! kind_is_there ;;
    stores) [ -z "$EXTERNAL" ] && [ "$VERB" != uninstall ] && [ "$VERB" != status ] ;;
    *) true ;;
  esac
}

# within SECONDS FUNCTION: a check that hangs is one that fails.
within() {
  "$2" &
  local check=$! left=$(($1 * 40))
  while kill -0 "$check" 2>/dev/null; do
    if [ "$left" -le 0 ]; then
      kill "$check" 2>/dev/null || true
      echo "no answer within ${1}s"
      return 1
    fi
    left=$((left - 1))
    sleep 0.025
  done
  wait "$check"
}

have() { command -v "$1" >/dev/null || { echo "$1: not found"; return 1; }; }

# at_least MAJOR.MINOR TEXT: the first version in the text is that or newer.
at_least() {
  local found
  found=$(printf '%s' "$2" | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
  [ -n "$found" ] || { echo "says no version"; return 1; }
  local major=${found%%.*} minor=${found#*.}
  if [ "$major" -gt "${1%%.*}" ] || { [ "$major" -eq "${1%%.*}" ] && [ "$minor" -ge "${1#*.}" ]; }; then return 0; fi
  echo "this is $found"
  return 1
}

check_curl() { have curl; }
check_kubectl() { have kubectl && at_least 1.30 "$(kubectl version --client 2>&1 | head -n 1)"; }
check_helm() { have helm && at_least 3.16 "$(helm_version)"; }
# one built from source says only its line of versions
helm_version() {
  local said
  said=$(helm version --template '{{.Version}}')
  case $said in v3 | v4) echo "$said.99" ;; *) echo "$said" ;; esac
}
check_docker() { have docker && docker info >/dev/null; }
check_kind() { have kind && at_least 0.24 "$(kind version)"; }

check_memory() {
  local bytes
  bytes=$(docker info --format '{{.MemTotal}}')
  [ "$bytes" -ge 6000000000 ] || { echo "the engine has $((bytes / 1048576)) MiB"; return 1; }
}

check_ports() {
  local port
  for port in $(kind_ports); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "somebody listens on $port"; return 1; fi
  done
}

check_context() {
  if [ "$CLUSTER" = kind ] && ! kind_is_there; then return 0; fi
  have kubectl || return 1
  kubectl config get-contexts -o name | grep -Fqx -- "$CONTEXT" || { echo "no context $CONTEXT"; return 1; }
}

check_cluster() {
  if [ "$CLUSTER" = kind ] && ! kind_is_there; then return 0; fi
  have kubectl || return 1
  kc get --raw /readyz >/dev/null
}

check_version() {
  if [ "$CLUSTER" = kind ] && ! kind_is_there; then return 0; fi
  have kubectl || return 1
  at_least 1.30 "$(kc version -o json | tr -d ' \n' | sed 's/.*"serverVersion"//' | grep -oE '"gitVersion":"v[0-9]+\.[0-9]+')"
}

check_storage() {
  if [ "$CLUSTER" = kind ] && ! kind_is_there; then return 0; fi
  have kubectl || return 1
  kc get storageclass -o yaml | grep -Eq 'is-default-class: "?true' || { echo "none"; return 1; }
}

check_external() {
  [ -n "$EXTERNAL" ] || return 0
  local name missing=""
  for name in $EXTERNAL_NAMES; do
    [ -n "$(external "$name")" ] || missing="$missing $name"
  done
  [ -z "$missing" ] || { echo "lacks$missing"; return 1; }
}

check_archives() {
  [ -n "$IMAGES" ] || return 0
  [ -n "$TAG" ] || return 0
  local service missing=""
  for service in $SERVICES; do
    [ -r "$IMAGES/$service-$TAG.tar" ] || missing="$missing $service-$TAG.tar"
  done
  [ -z "$missing" ] || { echo "lacks$missing"; return 1; }
}
