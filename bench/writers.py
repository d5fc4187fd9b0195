"""Several Oreums on one PostgreSQL: what a sample costs all of them and the server, beside one alone in the same run."""

import contextlib
import http.client
import os
import statistics
import sys
import threading
import time

from lib import OREUM, ROOT, cpu_seconds, free_port, running, wait_for

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from oreum import encode_write  # noqa: E402
from postgres import Postgres  # noqa: E402

SERIES = 500
BATCHES = 600  # in all, over all writers
HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
           "X-Prometheus-Remote-Write-Version": "0.1.0"}
SETTINGS = ("-c", "fsync=on", "-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB")


def bodies(writer, count):
    first = int(time.time() * 1000) - 3_600_000
    return [encode_write([({"__name__": "live", "by": str(writer), "n": str(i)}, [(first + k * 1000, float(k + i))])
                          for i in range(SERIES)]) for k in range(count)]


def send(port, some, slow):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for body in some:
        start = time.monotonic()
        connection.request("POST", "/api/v1/write", body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
        slow.append(time.monotonic() - start)


def server_seconds(server):
    """Of the connections' processes; those that ended meanwhile are missing."""
    parent = server.process.pid
    with open(f"/proc/{parent}/task/{parent}/children") as f:
        return sum(cpu_seconds(int(child)) for child in f.read().split())


def measure(server, name, writers):
    """(µs of all Oreums, µs of the server) a sample, and the median seconds of a write."""
    server.sql(f"CREATE DATABASE {name}")
    with contextlib.ExitStack() as stack:
        ports, processes = [], []
        for _ in range(writers):
            ports.append(free_port())
            processes.append(stack.enter_context(running(
                [OREUM, "serve", "--data", "{folder}", "--store", server.url(name), "--listen", f"127.0.0.1:{ports[-1]}",
                 "--retention", "0", "--log-level", "error"])))
            wait_for(ports[-1], "/healthz", 60)
        work = [bodies(w, BATCHES // writers) for w in range(writers)]
        slow = []
        before = sum(cpu_seconds(p.pid) for p in processes), server_seconds(server)
        threads = [threading.Thread(target=send, args=(port, some, slow)) for port, some in zip(ports, work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(1)  # the followers take in the last
        after = sum(cpu_seconds(p.pid) for p in processes), server_seconds(server)
    samples = BATCHES // writers * writers * SERIES
    return [(b - a) / samples * 1e6 for a, b in zip(before, after)] + [statistics.median(slow)]


def main(runs):
    print(f"\n== {BATCHES} batches of {SERIES} samples into one PostgreSQL, median of {runs}")
    base = None
    with Postgres(settings=SETTINGS) as server:
        for writers in (1, 2, 4):
            found = [measure(server, f"w{writers}_{run}", writers) for run in range(runs)]
            oreum, postgres, seconds = (statistics.median(column) for column in zip(*found))
            base = base or oreum + postgres
            print(f"  {writers} Oreum{'s' if writers > 1 else ' '}: {oreum:6.2f} µs a sample in all of them, {postgres:6.2f} in the "
                  f"server, {(oreum + postgres) / base:5.2f} x; a write takes {seconds * 1000:.1f} ms", flush=True)
