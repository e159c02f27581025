#!/usr/bin/env bash
# Shows what runs, and how it is. Run it, or source it from bash or zsh:
# the work is done by a child, so the caller's shell stays as it is.
bash "$(if [ -n "${BASH_VERSION:-}" ]; then dirname -- "${BASH_SOURCE[0]}"; else eval 'dirname -- "${(%):-%x}"'; fi)/lib/main.sh" status "$@"
