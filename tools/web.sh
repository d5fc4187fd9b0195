#!/usr/bin/env bash
# The dashboard's checks, without a build of the program: tools/web.sh check | fmt
set -euo pipefail
cd "$(dirname "$0")/../web"
if [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  touch node_modules/.package-lock.json
fi
case ${1:-} in
  check) npm run --silent check ;;
  fmt) npm run --silent fmt ;;
  *) echo "usage: tools/web.sh check | fmt" >&2 && exit 2 ;;
esac
