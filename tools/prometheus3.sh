#!/usr/bin/env bash
# Builds a Prometheus 3 from the Go module proxy into build/peers/prometheus3/usr/bin, where tests that compare with it
# look. Its version and every module's checksum are pinned in tools/prometheus3/go.mod and go.sum. Needs a Go
# tool-chain, and no root.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/say.sh
. "$root/tools/say.sh"

target=$root/build/peers/prometheus3
[ -x "$target/usr/bin/promtool" ] && exit 0
command -v go >/dev/null || fail "building Prometheus 3 needs a Go tool-chain"
say "Building Prometheus 3 for comparison (some minutes)"
mkdir -p "$root/build/peers"
work=$(mktemp -d "$root/build/peers/.prometheus3.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$root/tools/prometheus3"
# Service discovery is most of it, and of no use to a test.
nice go build -p "${JOBS:-2}" -mod=readonly -trimpath -tags remove_all_sd -ldflags '-s -w' -o "$work/usr/bin/" \
  github.com/prometheus/prometheus/cmd/prometheus github.com/prometheus/prometheus/cmd/promtool
mv "$work" "$target"
trap - EXIT
