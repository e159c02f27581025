#!/usr/bin/env bash
# Removes what was installed, with --app-only or --keep-data less of it. Run it, or source it from bash or zsh:
# the work is done by a child, so the caller's shell stays as it is.
bash "$(if [ -n "${BASH_VERSION:-}" ]; then dirname -- "${BASH_SOURCE[0]}"; else eval 'dirname -- "${(%):-%x}"'; fi)/lib/main.sh" uninstall "$@"
