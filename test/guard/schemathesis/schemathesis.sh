#!/bin/sh
# Runs schemathesis, at the version and with the packages of requirements.txt,
# which are held to their hashes; it is installed into bin/ when it is not there.
#
#   ./schemathesis.sh install
#   ./schemathesis.sh run <where the document is> <options…>
set -eu
cd "$(dirname "$0")"
folder=../../../bin/schemathesis
lock=$(cksum <requirements.txt | cut -d' ' -f1)

install() {
	[ "$(cat "$folder/lock" 2>/dev/null || true)" = "$lock" ] && return
	echo "installing schemathesis into bin/schemathesis" >&2
	rm -rf "$folder"
	python3 -m venv "$folder"
	"$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	echo "$lock" >"$folder/lock"
}

case "${1:-}" in
install) install ;;
run)
	install
	# a copy of its own to run in: it leaves notes where it runs
	notes=$(mktemp -d)
	trap 'rm -rf "$notes"' EXIT
	program=$PWD/$folder/bin/schemathesis config=$PWD/schemathesis.toml
	cd "$notes"
	"$program" --config-file "$config" "$@"
	;;
*) sed -n '2,7p' "$0" >&2 && exit 2 ;;
esac
