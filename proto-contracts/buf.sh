#!/bin/sh
# Runs buf at the pinned version, from the PATH or through npm (buf cannot be
# installed from the Go proxy: one of its dependencies is refused there).
#
#   ./buf.sh lint        the rules of buf.yaml
#   ./buf.sh breaking    against released.txtpb, the contract as it was released last
#   ./buf.sh generate    activity/v1/*.pb.go
#   ./buf.sh check       lint, breaking, and the committed Go is what generate makes
#   ./buf.sh release     makes the contract of now the released one (with a HISTORY.md entry)
set -eu
cd "$(dirname "$0")"
version=1.75.0
image=released.txtpb

buf() {
	if [ "$(command buf --version 2>/dev/null || true)" = "$version" ]; then
		command buf "$@"
	else
		npx --yes "@bufbuild/buf@$version" "$@"
	fi
}

check_generated() {
	fresh=$(mktemp -d)
	trap 'rm -rf "$fresh"' EXIT
	buf generate --output "$fresh"
	diff -r "$fresh/activity" activity || {
		echo "generated Go is not what proto/ says: run ./buf.sh generate" >&2
		return 1
	}
}

case "${1:-check}" in
lint) buf lint ;;
breaking) buf breaking --against "$image" ;;
generate) buf generate ;;
check) buf lint && buf breaking --against "$image" && check_generated ;;
release) buf build --exclude-source-info -o "$image" ;;
*) sed -n '2,11p' "$0" >&2 && exit 2 ;;
esac
