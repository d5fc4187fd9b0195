"""Many series: what each takes in memory, how long a store of them opens and how long it takes to find some."""

import subprocess
import tempfile

import traces


def lines(*arguments):
    source = traces.trace_file("node-1s")
    done = subprocess.run([traces.LOADER, "index", f"--trace={source}", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def main(series):
    print(f"\n{series} series of hosts like the recorded one, each with 240 samples in memory")
    print(lines(f"--series={series}"), end="", flush=True)
    print("a label with a value of its own for each series, while another thread inserts")
    print(lines(f"--series={series}", "--exploded=1"), end="", flush=True)
    print("a store of them, opened again")
    with tempfile.TemporaryDirectory(prefix="oreum-bench-") as folder:
        print(lines(f"--series={series}", f"--folder={folder}"), end="", flush=True)
