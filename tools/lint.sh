#!/usr/bin/env bash
# Every check that needs no run of the program. Expects the compile database of build/dev. Goes through all of them
# before it fails, so that one run tells everything.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
# shellcheck source=tools/say.sh
. tools/say.sh

failed=()
# check NAME COMMAND…
check() {
  local name=$1
  shift
  say "Checking $name"
  "$@" || failed+=("$name")
}

# files PATTERN…: tracked or new, and there.
files() { git ls-files -co --exclude-standard --deduplicate -- "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done; }
check_format() { files '*.cpp' '*.h' | xargs clang-format-19 --dry-run --Werror; }
check_scripts() {
  local scripts
  mapfile -t scripts < <(git grep --untracked -lE '^#!.*\b(bash|sh)$|^# shellcheck shell=' -- . ':!*.md')
  shellcheck -x "${scripts[@]}"
}

check format check_format
check layers tools/check_layers
check "the layer check itself" tools/check_layers --self-test
check scripts check_scripts
check "the dashboard" tools/web.sh check
check "src with clang-tidy" tools/tidy.py build/dev
[ ${#failed[@]} = 0 ] || fail "lint found something in: ${failed[*]}"
say "Lint found nothing"
