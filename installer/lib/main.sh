#!/usr/bin/env bash
# The installer: main.sh <verb> [words]. Works with the bash 3.2 of macOS.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # the other parts read it
ROOT=$(cd "$HERE/../.." && pwd)
for part in options say checks cluster secrets infra app demo remove; do
  # shellcheck disable=SC1090
  . "$HERE/$part.sh"
done

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'printf "\ninterrupted; run the same command again to go on\n" >&2; exit 130' INT TERM

main() {
  local verb=$1
  shift
  read_options "$verb" "$@"
  case $verb in
    install-all) run_checks; install_infra; install_app ;;
    install-infra) run_checks; install_infra ;;
    install-app) run_checks; install_app ;;
    uninstall) run_checks; uninstall ;;
    status) run_checks; show_status ;;
    *) echo "unknown verb $verb" >&2; return 2 ;;
  esac
}

main "$@"
