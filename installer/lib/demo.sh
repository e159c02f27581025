# shellcheck shell=bash
# What proves at the end that it works, through the ingress.

# ingress_url: where the gateway is to be reached from here.
ingress_url() {
  [ -z "$URL" ] || { echo "$URL"; return 0; }
  [ "$CLUSTER" != kind ] || { echo "http://localhost:$(kind_ports | head -n 1)"; return 0; }
  local host port
  host=$(kc -n istio-ingress get service gateway -o 'jsonpath={.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}')
  [ -z "$host" ] || { echo "http://$host"; return 0; }
  host=$(kc get nodes -o 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
  port=$(kc -n istio-ingress get service gateway -o 'jsonpath={.spec.ports[?(@.port==80)].nodePort}')
  echo "http://$host:$port"
}

# ask METHOD PATH [TOKEN] [BODY]: the status; the answer is in $WORK/answer, its headers
# in $WORK/headers. Token and body come from files, not from the command's words.
ask() {
  printf 'header = "Authorization: %s"\n' "${3:-}" >"$WORK/curl"
  [ -n "${3:-}" ] || : >"$WORK/curl"
  printf '%s' "${4:-}" >"$WORK/body"
  set -- "$1" "$2" "${4:+yes}"
  if [ -n "$3" ]; then
    set -- -X "$1" -H 'Content-Type: application/json' -H "Idempotency-Key: $(hex 16)" --data-binary "@$WORK/body" "$(cat "$WORK/url")$2"
  else
    set -- -X "$1" "$(cat "$WORK/url")$2"
  fi
  curl -sS --max-time 15 -K "$WORK/curl" -D "$WORK/headers" -o "$WORK/answer" -w '%{http_code}' "$@"
}

# expect STATUS WORDS-OF-ask…
expect() {
  local want=$1 got
  shift
  got=$(ask "$@") || got="no answer"
  [ "$got" = "$want" ] && return 0
  printf '%s %s: %s, not %s\n' "$1" "$2" "$got" "$want"
  head -c 400 "$WORK/answer" 2>/dev/null || true
  return 1
}

smoke() {
  if $DRY_RUN; then note "sign up, log in, post and read through the ingress"; return 0; fi
  ingress_url >"$WORK/url"
  await "the ingress at $(cat "$WORK/url")" "$LIMIT" expect 200 GET /.well-known/jwks.json
  expect 404 GET /internal/members/1/followers
  local name password
  name="smoke_$(hex 5)"
  password="Smoke!1$(hex 8)"
  sign_up "$name" "$name@smoke.dailyfeed.local" "$password"
  await "login" 60 log_in "$name@smoke.dailyfeed.local" "$password"
  local token
  token=$(token_of_answer)
  # at first the mesh's control plane may not have member's keys yet
  await "the token at every service" "$LIMIT" token_is_taken "$token"
  # a rule that came late may still be on its way to one of the proxies
  await "a post" 60 expect 201 POST /api/posts "$token" '{"title":"안녕하세요","content":"installed"}'
  await "the post in the timeline" 30 expect 200 GET /api/timeline/posts "$token"
  expect 401 GET /api/timeline/posts
  await "leaving" 60 expect 200 DELETE /api/authentication/deactivate "$token"
  note "sign up, log in, post, read, leave: all well"
}

sign_up() {
  expect 201 POST /api/authentication/signup "" \
    "{\"email\":\"$2\",\"password\":\"$3\",\"memberName\":\"$1\",\"handle\":\"$1\",\"gender\":\"OTHER\",\"countryCode\":\"KR\"}"
}

log_in() { expect 200 POST /api/authentication/login "" "{\"email\":\"$1\",\"password\":\"$2\"}"; }

token_is_taken() {
  local path
  for path in /api/members /api/timeline/posts '/api/search/posts?q=hello' /api/activity /api/members /api/timeline/posts; do
    case $(ask GET "$path" "$1") in
      401 | 403 | 5??) printf '%s: ' "$path"; cat "$WORK/answer"; return 1 ;;
    esac
  done
}

token_of_answer() { sed -n 's/^[Aa]uthorization: *//p' "$WORK/headers" | tr -d '\r\n'; }

# A member that stays; its password is made once and kept in a Secret.
seed_demo() {
  if $DRY_RUN; then note "a demo member, its password in Secret dailyfeed-demo"; return 0; fi
  local email=demo@dailyfeed.local password
  password=$(keep_or "$APP" dailyfeed-demo password demo_password)
  put_secret "$APP" dailyfeed-demo email "$email" password "$password" >/dev/null
  if ! log_in "$email" "$password" >/dev/null; then
    sign_up demo "$email" "$password"
    log_in "$email" "$password"
  fi
  note "login $email / $password"
}

demo_password() { printf 'Demo!1%s' "$(hex 5)"; }

goodbye() {
  step "ready"
  if $DRY_RUN; then return 0; fi
  local url
  url=$(cat "$WORK/url")
  note "API       $url/api"
  note "keys      $url/.well-known/jwks.json"
  note "again     installer/local-status.sh --cluster $CLUSTER"
}

show_status() {
  step "releases"
  helm --kube-context "$CONTEXT" list -A 2>/dev/null | grep -E '^(NAME|dailyfeed|mysql|redis|kafka|mongodb|istio|gateway)' || true
  step "services"
  kc -n "$APP" get deployments,hpa,cronjobs 2>/dev/null || true
  step "stores"
  kc -n "$INFRA" get statefulsets,pvc 2>/dev/null || true
  local bad
  bad=$(unready_pods "$APP")
  [ -z "$bad" ] || { explain "$APP" "status"; return 1; }
}
