# shellcheck shell=bash
# shellcheck disable=SC2034 # the other parts read what is set here
# What the words of a command mean.

APP=dailyfeed
INFRA=dailyfeed-infra
SERVICES="activity content image member search timeline"
STORES="mysql redis kafka mongodb"
ISTIO_VERSION=1.31.1
ISTIO_CHARTS=https://istio-release.storage.googleapis.com/charts

usage() {
  cat <<'TEXT'
local-install-infra-and-app.sh {tag} | local-install-infra.sh | local-install-app.sh {tag}
local-uninstall.sh [--app-only] [--keep-data] | local-status.sh
  --cluster kind|orbstack|NAME  kind makes a cluster; NAME is a context of your kubeconfig (default: kind)
  --kind FILE       what kind makes: nodes, ports (default: installer/kind.yaml)
  --external FILE   stores that are there already: see installer/external.env.example
  --mesh on|off     sidecars, mutual TLS and policies (default: off; an Istio gateway is the ingress in both)
  --images FOLDER   load FOLDER/<service>-{tag}.tar instead of pulling
  --load COMMAND    how an archive gets into the cluster: its path is added (default for kind: kind load image-archive)
  --url URL         where the ingress is (default: what the gateway's Service says)
  --values FILE     more values for the fleet's chart; may be given again
  --no-autoscaling  two replicas of each service instead of the autoscalers
  --seed            make a demo member and print its login
  --limit SECONDS   how long a step may wait (default: 300)
  --dry-run         print every command, change nothing
TEXT
}

fail_usage() {
  printf '%s\n\n' "$1" >&2
  usage >&2
  exit 2
}

read_options() {
  local verb=$1
  shift
  VERB=$verb TAG="" CLUSTER=kind KIND="$HERE/../kind.yaml" EXTERNAL="" MESH=off IMAGES="" LOAD="" URL="" VALUES="" AUTOSCALING=true
  SEED=false LIMIT=300 DRY_RUN=false APP_ONLY=false KEEP_DATA=false
  while [ $# -gt 0 ]; do
    case $1 in
      --cluster | --kind | --external | --mesh | --images | --load | --url | --values | --limit)
        [ $# -gt 1 ] || fail_usage "$1 needs a word behind it"
        take_option "$1" "$2"
        shift
        ;;
      --seed) SEED=true ;;
      --no-autoscaling) AUTOSCALING=false ;;
      --dry-run) DRY_RUN=true ;;
      --app-only) APP_ONLY=true ;;
      --keep-data) KEEP_DATA=true ;;
      -h | --help) usage; exit 0 ;;
      -*) fail_usage "unknown option $1" ;;
      *) [ -z "$TAG" ] || fail_usage "one tag, not two: $TAG and $1"; TAG=$1 ;;
    esac
    shift
  done
  check_options "$verb"
  set_context
}

take_option() {
  case $1 in
    --cluster) CLUSTER=$2 ;;
    --kind) KIND=$2 ;;
    --external) EXTERNAL=$2 ;;
    --mesh) MESH=$2 ;;
    --images) IMAGES=$2 ;;
    --load) LOAD=$2 ;;
    --url) URL=$2 ;;
    --values) VALUES="$VALUES${VALUES:+
}$2" ;;
    --limit) LIMIT=$2 ;;
  esac
}

check_options() {
  case $1 in
    install-all | install-app) [ -n "$TAG" ] || fail_usage "which tag?" ;;
    *) [ -z "$TAG" ] || fail_usage "$1 takes no tag" ;;
  esac
  case $TAG in *[!A-Za-z0-9_.-]* | .* | -*) fail_usage "$TAG is not a tag of images" ;; esac
  case $MESH in on | off) ;; *) fail_usage "--mesh is on or off" ;; esac
  case $LIMIT in '' | *[!0-9]*) fail_usage "--limit is a number of seconds" ;; esac
  [ -r "$KIND" ] || fail_usage "cannot read $KIND"
  [ -z "$EXTERNAL" ] || [ -r "$EXTERNAL" ] || fail_usage "cannot read $EXTERNAL"
  [ -z "$IMAGES" ] || [ -d "$IMAGES" ] || fail_usage "$IMAGES is not a folder"
  [ -z "$IMAGES" ] || [ -n "$LOAD" ] || [ "$CLUSTER" = kind ] || fail_usage "--images needs --load on this cluster"
}

# Every command names its context, so that none can reach another cluster.
set_context() {
  case $CLUSTER in
    kind) CONTEXT=kind-dailyfeed ;;
    *) CONTEXT=$CLUSTER ;;
  esac
}
