#!/usr/bin/env bash
# promtool.sh: puts promtool into bin/ where there is none on the PATH. Debian and
# Ubuntu have it in a package, of which it takes the one program (the package would
# start a server); elsewhere it is built, which takes minutes, once.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/bin:$PATH"
command -v promtool >/dev/null && exit

packaged() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return
  local into
  into=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder is known now
  trap "rm -rf '$into'" RETURN
  (cd "$into" && apt-get download -q prometheus && dpkg-deb -x prometheus_*.deb .) || return
  mkdir -p bin && mv "$into/usr/bin/promtool" bin/promtool
}

built() {
  # without what finds targets in clouds, of which it needs nothing
  (cd deploy/observability/promtool && GOWORK=off go build -tags remove_all_sd -o ../../../bin/promtool github.com/prometheus/prometheus/cmd/promtool)
}

packaged || built
promtool --version
