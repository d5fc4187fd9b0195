#!/usr/bin/env bash
# Unpacks the programs of tools/peers.txt into build/peers/NAME, where tests and benchmarks look for them. They are
# downloaded, not installed, so that no service ever starts on this machine. Needs no root.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/say.sh
. "$root/tools/say.sh"

# Those of the tests, and with the argument `bench` those of the benchmarks, too.
wanted=${1:-test}
peers() { sed 's/#.*//' "$root/tools/peers.txt" | awk -v wanted="$wanted" 'NF == 1 || $2 == wanted { print $1 }'; }

# download NAME: into this folder, with fresh lists when apt's are missing or old.
download() {
  apt-get download -qq "$1" && return
  [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq "$1"
}

# fetch NAME: downloads and unpacks one, whole or not at all.
fetch() {
  local name=$1 target=$root/build/peers/$1 work
  [ -d "$target" ] && return
  say "Fetching $name for comparison"
  mkdir -p "$root/build/peers"
  work=$(mktemp -d "$root/build/peers/.$name.XXXXXX")
  if (cd "$work" && download "$name" && dpkg -x ./*.deb tree) >"$work/log" 2>&1; then
    mv "$work/tree" "$target"
    rm -r "$work"
  else
    cat "$work/log" >&2
    rm -r "$work"
    return 1
  fi
}

unfetched=()
for name in $(peers); do
  fetch "$name" || unfetched+=("$name")
done
[ ${#unfetched[@]} = 0 ] && exit 0
# A laptop without network still runs the rest of the tests; continuous integration must not.
[ "${CI:-}" = true ] && fail "could not fetch: ${unfetched[*]}"
say "Could not fetch ${unfetched[*]}: the tests that compare with them are skipped"
