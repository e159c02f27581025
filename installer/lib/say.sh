# shellcheck shell=bash
# What people see: steps, progress, and what to do when something failed.

step() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }

# run COMMAND…: runs it, or only prints it. Secrets never are words of a command.
run() {
  if $DRY_RUN; then
    printf '   $'
    printf ' %q' "$@"
    printf '\n'
    return 0
  fi
  "$@"
}

# feed COMMAND…: the same for a command that reads its standard input.
feed() {
  if $DRY_RUN; then
    cat >/dev/null
    printf '   $'
    printf ' %q' "$@"
    printf ' < (objects)\n'
    return 0
  fi
  "$@"
}

# await WHAT LIMIT COMMAND…: until the command succeeds; one line of progress. Its
# last output is why it is not there yet.
await() {
  local what=$1 limit=$2 began now why
  shift 2
  if $DRY_RUN; then note "wait up to ${limit}s for $what"; return 0; fi
  began=$(date +%s)
  while ! why=$("$@" 2>&1); do
    now=$(date +%s)
    if [ $((now - began)) -ge "$limit" ]; then
      progress "$what: not within ${limit}s"
      printf '\n%s\n' "$why" >&2
      return 1
    fi
    if [ -t 1 ] || [ $(((now - began) % 10)) -eq 0 ]; then
      progress "$what: $((now - began))s  $(printf '%s' "$why" | tail -n 1 | cut -c 1-70)"
    fi
    sleep "${PAUSE:-1}"
  done
  progress "$what: there after $(($(date +%s) - began))s"
  printf '\n'
}

progress() {
  if [ -t 1 ]; then printf '\r\033[K   %s' "$*"; else printf '   %s\n' "$*"; fi
}

# explain NAMESPACE STEP: what somebody would look at first.
explain() {
  {
    printf '\n!! %s failed. What there is in %s:\n' "$2" "$1"
    kc -n "$1" get pods,jobs -o wide || true
    printf '\n-- latest events\n'
    kc -n "$1" get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 15 || true
    local pod
    for pod in $(unready_pods "$1" | cut -d ' ' -f 1); do
      printf '\n-- last lines of %s\n' "$pod"
      kc -n "$1" logs "$pod" --all-containers --tail=15 2>&1 || true
    done
    printf '\nTo go on: mend it, then run the same command again; what is done stays done.\n'
    printf 'docs/runbooks/failed-install.md has the usual causes.\n'
  } >&2
}

# unready_pods NAMESPACE: at most five that do not run as they should, and their state.
unready_pods() {
  kc -n "$1" get pods --no-headers 2>/dev/null |
    awk '{split($2, n, "/"); if ($3 != "Completed" && (n[1] != n[2] || $3 != "Running")) print $1, $3}' | head -n 5 || true
}

# watching WHAT NAMESPACE COMMAND…: a command that says nothing by itself, with a line
# of progress every ten seconds: what does not run yet.
watching() {
  local what=$1 where=$2 code=0 ticker
  shift 2
  tick "$what" "$where" &
  ticker=$!
  "$@" || code=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  return "$code"
}

# ends with the installer, also when that is killed
tick() {
  local began turn=0
  began=$(date +%s)
  while sleep "${PAUSE:-1}" && kill -0 $$ 2>/dev/null; do
    turn=$((turn + 1))
    [ $((turn % 10)) -ne 0 ] || progress "$1: $(($(date +%s) - began))s  $(unready_pods "$2" | tr '\n' ' ' | cut -c 1-100)"
  done
}

# doing NAMESPACE STEP COMMAND…: a step that ends with its first failure, and explains
# it. (In an `if`, bash would go on after a failure.)
doing() {
  local where=$1 what=$2 code=0
  shift 2
  step "$what"
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  [ "$code" -ne 0 ] || return 0
  $DRY_RUN || explain "$where" "$what"
  return "$code"
}
