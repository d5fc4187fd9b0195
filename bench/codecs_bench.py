"""The codec of packs over recorded traces: bytes a sample and rates, by bench_codec (bench/codec/bench_codec.cpp)."""

import os
import subprocess

from lib import ROOT

PROGRAM = os.path.join(ROOT, "build", "release", "bench", "bench_codec")
TRACE = os.path.join(ROOT, "bench", "data", "node-1s.txt.zst")


def main(traces):
    for trace in traces or [TRACE]:
        print(f"\nthe codec over {os.path.basename(trace)}", flush=True)
        with subprocess.Popen(["zstd", "-dcq", "--long=27", trace], stdout=subprocess.PIPE) as unpacked:
            subprocess.run([PROGRAM], stdin=unpacked.stdout, check=True)
