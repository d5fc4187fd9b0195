"""Moving a store of 100 million samples to PostgreSQL and back while it serves and is written to: Oreum beside pgloader,
a COPY by psycopg2 and a script that goes row by row, all into the same server in one run.

The store is the one of the queries benchmark. The peers get a part of its samples as rows, as their time goes up with
rows and with nothing else."""

import csv
import http.client
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import queries
import traces
from lib import OREUM, PEERS, ROOT, free_port, get, peer, post, resident_mb, running, wait_for

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from oreum import encode_write  # noqa: E402
from postgres import Postgres  # noqa: E402

ROWS = 2_000_000  # of pgloader and COPY
SINGLE_ROWS = 50_000  # of the script that goes row by row
LIVE_SERIES = 500  # written once in 0.1 s meanwhile
WRITE_HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                 "X-Prometheus-Remote-Write-Version": "0.1.0"}
SETTINGS = ("-c", "fsync=on", "-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB")


class Load:
    """Writes and queries all the time; notes what was refused, and how long answers took."""

    def __init__(self, port, query):
        self.port, self.query, self.going = port, query, True
        self.reads, self.writes, self.refused = [], [], 0
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.read, self.write)]

    def timed(self, into, ask):
        start = time.monotonic()
        status = ask()
        into.append(time.monotonic() - start)
        self.refused += status // 100 != 2

    def read(self):
        path = "/api/v1/query?" + urllib.parse.urlencode(self.query)
        while self.going:
            self.timed(self.reads, lambda: get(self.port, path)[0])
            time.sleep(0.02)

    def write(self):
        while self.going:
            now = time.time_ns() // 1_000_000
            body = encode_write([({"__name__": "live", "n": str(i)}, [(now, float(now + i))]) for i in range(LIVE_SERIES)])

            def send():
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("POST", "/api/v1/write", body, WRITE_HEADERS)
                status = connection.getresponse().status
                connection.close()
                return status
            self.timed(self.writes, send)
            time.sleep(0.1)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join()

    def p99(self, since=0):
        return statistics.quantiles(self.reads[since:], n=100)[98] * 1000


def status(port):
    return json.loads(get(port, "/api/v1/migrations")[1])


def follow(port, until, times):
    """Waits for a state; adds the seconds of each state on the way."""
    start, last = time.monotonic(), None
    while True:
        now = status(port)
        if now["problem"] or now["refused"]:
            raise SystemExit(now["problem"] or now["refused"])
        if now["state"] != last:
            if last:
                times[last] = times.get(last, 0) + time.monotonic() - start
            start, last = time.monotonic(), now["state"]
        if last == until and not now["asked"]:
            return now
        time.sleep(0.005)


def order(port, action, until):
    """An order and the seconds until it is done."""
    start = time.monotonic()
    answer = post(port, "/api/v1/migrations" + action, timeout=60)
    if answer[0] != 202:
        raise SystemExit(answer)
    times = {}
    now = follow(port, until, times)
    return time.monotonic() - start, now, times


def database_bytes(server, name):
    return int(server.sql(f"SELECT pg_database_size('{name}')"))


def oreum(server, store, facts):
    """There and back, under load; the sample rate."""
    server.sql("CREATE DATABASE climb")
    empty = database_bytes(server, "climb")
    with tempfile.TemporaryDirectory(dir=traces.CACHE) as folder:
        shutil.copy(os.path.join(store, "oreum.db"), folder)
        port = free_port()
        with running([OREUM, "serve", "--data", folder, "--listen", f"127.0.0.1:{port}", "--retention", "0",
                      "--retention-size", "0", "--retention-1m", "off", "--retention-1h", "off"]) as p:
            wait_for(port, "/healthz", 60)
            query = {"query": "sum by (mode) (rate(node_cpu_seconds_total[5m]))", "time": facts["to"] // 1000 - 1800}
            with Load(port, query) as load:
                time.sleep(5)
                alone, before, memory = load.p99(), len(load.reads), resident_mb(p.pid)
                seconds, ready, times = order(port, "?to=" + urllib.parse.quote(server.url("climb"), safe=""), "READY")
                meanwhile, grown = load.p99(before), resident_mb(p.pid) - memory
                samples = ready["verify"]["samples"]
                there, switched, _ = order(port, "/switch", "SOAK")
                size = database_bytes(server, "climb") - empty
                time.sleep(1)
                back, reversed_, _ = order(port, "/reverse", "SOAK")
            refused, longest = load.refused, max(load.writes)
    print(f"Oreum: {samples / 1e6:.1f} M samples copied and compared in {seconds:.2f} s, "
          + ", ".join(f"{state} {took:.2f}" for state, took in times.items()))
    print(f"  {samples / seconds / 1e6:.2f} M samples a second, {size / samples:.3f} bytes a sample there")
    print(f"  switch {there:.3f} s, writes waited {switched['writes_waited_seconds']:.3f} s; "
          f"back {back:.3f} s, waited {reversed_['writes_waited_seconds']:.3f} s")
    print(f"  queries' p99 {alone:.1f} ms alone, {meanwhile:.1f} ms meanwhile; the longest write {longest * 1000:.0f} ms; "
          f"{refused} reads and writes refused; {grown:.0f} MB more memory", flush=True)
    return samples / seconds


def rows_of(store, path):
    """A table of rows in SQLite, as other monitors keep them: of one metric after the other until there are enough."""
    with tempfile.TemporaryDirectory(dir=traces.CACHE) as folder:
        shutil.copy(os.path.join(store, "oreum.db"), folder)
        export = subprocess.Popen([OREUM, "export", "csv", "--data", folder, "--time", "ms", "--quiet", "--match",
                                   '{__name__=~"node_cpu_.*|node_memory_.*"}'], stdout=subprocess.PIPE, text=True)
        series, rows = {}, []
        for row in csv.DictReader(export.stdout):
            n = series.setdefault(row["metric"] + row["labels"], len(series))
            rows.append((n, int(row["time"]), float(row["value"])))
            if len(rows) == ROWS:
                break
        export.kill()
        export.wait()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE samples(series INTEGER, t INTEGER, v REAL, PRIMARY KEY(series, t))")
        db.executemany("INSERT INTO samples VALUES(?, ?, ?)", rows)
    return len(rows)


def pgloader(server, path, count):
    program = peer("pgloader", "usr/bin/pgloader")
    if not program:
        return None
    server.sql("CREATE DATABASE loaded")
    script = path + ".load"
    with open(script, "w") as f:
        f.write(f"LOAD DATABASE FROM sqlite://{path} INTO pgsql://admin@unix:{server.folder}:5432/loaded "
                "WITH include drop, create tables, create indexes;\n")
    start = time.monotonic()
    done = subprocess.run([program, "--quiet", script], capture_output=True, text=True)
    seconds = time.monotonic() - start
    found = int(server.sql("SELECT count(*) FROM samples", "loaded"))
    assert done.returncode == 0 and found == count, (done.stdout, done.stderr, found)
    return count / seconds


PSYCOPG2 = """
import io, sqlite3, sys, time, psycopg2
where, path, how, most = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
start = time.monotonic()
rows = sqlite3.connect(path).execute("SELECT series, t, v FROM samples LIMIT ?", (most,))
with psycopg2.connect(where) as there:
    cursor = there.cursor()
    cursor.execute("CREATE TABLE samples(series bigint, t bigint, v double precision, PRIMARY KEY(series, t))")
    if how == "copy":
        while True:
            some = rows.fetchmany(50000)
            if not some:
                break
            cursor.copy_from(io.StringIO("".join(f"{s}\\t{t}\\t{v!r}\\n" for s, t, v in some)), "samples")
    else:
        for row in rows:
            cursor.execute("INSERT INTO samples VALUES(%s, %s, %s)", row)
there.close()
print(time.monotonic() - start)
"""


def psycopg2(server, path, how, count):
    packages = os.path.join(PEERS, "python3-psycopg2", "usr/lib/python3/dist-packages")
    if not os.path.exists(packages):
        print("  (python3-psycopg2 is not unpacked: this peer is left out)")
        return None
    server.sql(f"CREATE DATABASE {how}")
    done = subprocess.run([sys.executable, "-c", PSYCOPG2, f"host={server.folder} user=admin dbname={how}", path, how,
                           str(count)], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": packages})
    assert done.returncode == 0, done.stderr
    found = int(server.sql("SELECT count(*) FROM samples", how))
    assert found == count, found
    return count / float(done.stdout)


def main(runs):
    os.makedirs(queries.KEPT, exist_ok=True)
    path, facts = traces.requests("queries")
    queries.fill(queries.Oreum(), path, facts)
    store = os.path.join(queries.KEPT, "oreum")
    print(f"\n== {facts['samples']} samples, {facts['series']} series, {os.path.getsize(store + '/oreum.db') / 1e6:.0f} MB",
          flush=True)
    ours = []
    rates = {}
    for run in range(runs):
        with Postgres(settings=SETTINGS) as server:
            ours.append(oreum(server, store, facts))
            if run > 0:
                continue
            with tempfile.TemporaryDirectory(dir=traces.CACHE) as folder:
                os.chmod(folder, 0o755)
                rows = os.path.join(folder, "rows.db")
                count = rows_of(store, rows)
                single = min(count, SINGLE_ROWS)
                for name, measure in (("pgloader", lambda: pgloader(server, rows, count)),
                                      ("psycopg2, COPY", lambda: psycopg2(server, rows, "copy", count)),
                                      ("psycopg2, row by row", lambda: psycopg2(server, rows, "rows", single))):
                    rates[name] = measure()
    rate = statistics.median(ours)
    print(f"\nSamples a second into PostgreSQL; Oreum's compared to the bit as well, median of {runs}")
    print(f"  {'Oreum':<24} {rate / 1e6:>9.3f} M")
    for name, other in rates.items():
        if other:
            print(f"  {name:<24} {other / 1e6:>9.3f} M   Oreum takes {rate / other:>7.0f} times as many")
