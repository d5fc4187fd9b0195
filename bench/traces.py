"""The requests that the storage benchmark sends: a recorded trace and a busier one recorded here, encoded once and
kept under build/bench/."""

import json
import multiprocessing
import os
import socket
import subprocess
import tempfile
import time

from lib import ROOT, free_port, get, peer, running, wait_for

CACHE = os.path.join(ROOT, "build", "bench")
LOADER = os.path.join(ROOT, "build", "release", "bench", "bench_load")
STREAMS = 4  # connections of the sender; each has hosts of its own, so that a series' samples keep their order
BUSY_SECONDS = 90
BUSY_HOSTS = 100

VARIANTS = {  # name → (trace, what else the encoder is told)
    "jittered": ("node-1s", []),
    "aligned": ("node-1s", ["--aligned=1"]),
    "grouped": ("node-1s", ["--group=15"]),
    # 100 million samples of 5,600 series, five hours: what queries are asked of
    "queries": ("node-1s", ["--hosts=10", "--rounds=11", "--histogram=1", "--streams=1"]),
    # one machine, 4.4 hours: what the dashboard draws
    "dashboard": ("node-1s", ["--hosts=1", "--rounds=9", "--streams=1"]),
    "busy": ("busy", [f"--hosts={BUSY_HOSTS}"]),
}


def load(command, *arguments):
    done = subprocess.run([LOADER, command, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def burn(stop):
    """A busy host: computing, files written and synced, memory taken and given back, packets to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, tempfile.TemporaryFile() as f:
        s.bind(("127.0.0.1", 0))
        round_number = 0
        while not stop.is_set():
            round_number += 1
            sum(i * i for i in range(20000 + round_number * 7919 % 60000))
            for _ in range(round_number % 37):
                s.sendto(b"x" * (round_number % 1400), s.getsockname())
                s.recv(2000)
            f.write(bytearray(round_number * 104729 % 1000000))
            if round_number % 50 == 0:
                f.flush()
                os.fsync(f.fileno())
                f.truncate(0)
                f.seek(0)
            time.sleep(round_number % 13 / 1000)


def record_busy(path):
    """node_exporter's answers, once a second, while the machine is kept busy."""
    exporter = peer("prometheus-node-exporter", "usr/bin/prometheus-node-exporter")
    if not exporter:
        return False
    print(f"recording a busy machine for {BUSY_SECONDS} s …", flush=True)
    stop = multiprocessing.Event()
    burners = [multiprocessing.Process(target=burn, args=(stop,), daemon=True) for _ in range(2)]
    port = free_port()
    command = [exporter, f"--web.listen-address=127.0.0.1:{port}", "--collector.interrupts", "--collector.processes",
               "--collector.tcpstat", "--collector.buddyinfo"]
    with running(command) as process, open(path + ".part", "wb") as out:
        wait_for(port, "/metrics")
        for b in burners:
            b.start()
        start = time.monotonic() + 1
        for second in range(BUSY_SECONDS):
            time.sleep(max(0.0, start + second - time.monotonic()))
            assert process.poll() is None
            page = get(port, "/metrics")[1]
            out.write(b"# SCRAPE %d %d\n" % (time.time_ns() // 1000000, len(page)) + page)
        stop.set()
        for b in burners:
            b.join()
    os.rename(path + ".part", path)
    return True


def trace_file(name):
    path = os.path.join(CACHE, name + ".txt")
    os.makedirs(CACHE, exist_ok=True)
    if os.path.exists(path):
        return path
    if name == "busy":
        return path if record_busy(path) else None
    packed = os.path.join(ROOT, "bench", "data", name + ".txt.zst")
    subprocess.run(["zstd", "-d", "--long=27", "-q", "-f", packed, "-o", path], check=True)
    return path


def requests(variant):
    """The file of encoded requests and what is in it, or None."""
    trace, options = VARIANTS[variant]
    path = os.path.join(CACHE, variant + ".bin")
    about = path + ".json"
    source = trace_file(trace)
    if source is None:
        return None
    if not os.path.exists(about):
        facts = load("encode", f"--trace={source}", f"--out={path}", f"--streams={STREAMS}", *options)
        with open(about, "w") as f:
            json.dump(facts, f)
    with open(about) as f:
        return path, json.load(f)
