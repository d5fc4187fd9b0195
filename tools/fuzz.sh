#!/usr/bin/env bash
# tools/fuzz.sh [NAME|all [SECONDS]]: builds the fuzzers of build/fuzz and runs each, or one, for so many seconds. Starts
# from the seeds in fuzz/corpus/NAME; what it finds on the way goes to build/fuzz/found/NAME, a crash to
# build/fuzz/crash-*.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
# shellcheck source=tools/say.sh
. tools/say.sh

wanted=${1:-all}
seconds=${2:-10}
mapfile -t names < <(find fuzz -maxdepth 1 -name 'fuzz_*.cpp' -printf '%f\n' | sed 's/^fuzz_//; s/\.cpp$//' | sort)
if [ "$wanted" != all ]; then
  [ -f "fuzz/fuzz_$wanted.cpp" ] || fail "there is no fuzzer '$wanted'; there are: ${names[*]}"
  names=("$wanted")
fi
[ ${#names[@]} -gt 0 ] || fail "there are no fuzzers yet (fuzz/fuzz_*.cpp)"

say "Building ${#names[@]} fuzzers"
cmake --build build/fuzz -j "${JOBS:-$(nproc)}" --target "${names[@]/#/fuzz_}"
for name in "${names[@]}"; do
  say "Fuzzing $name for $seconds s"
  found=build/fuzz/found/$name
  mkdir -p "$found" "fuzz/corpus/$name"
  log=build/fuzz/$name.log
  build/fuzz/fuzz/"fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/crash-"$name"- "$found" "fuzz/corpus/$name" >"$log" 2>&1 || {
    tail -n 60 "$log" >&2
    fail "the fuzzer $name found something; run it again on build/fuzz/crash-$name-*"
  }
  sed -n 's/^stat::number_of_executed_units: */    inputs tried: /p' "$log"
done
