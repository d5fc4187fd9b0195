"""PromQL over HTTP: Oreum beside Prometheus and VictoriaMetrics with its result cache off, over the same 100 million
samples in each, warm, answers compared before they are timed.

The stores are kept under build/bench/queries/: filling them takes the peers minutes."""

import contextlib
import json
import math
import os
import shutil
import socket
import statistics
import time
import urllib.parse

import traces
from lib import OREUM, cpu_seconds, free_port, get, peer, running, wait_for
from storage import wait_idle

KEPT = os.path.join(traces.CACHE, "queries")
SECONDS = 0.6  # at least so long is each query asked of each program in a run
RUNS = 5
STREAMS = 1  # more would run apart, and Prometheus takes nothing that is an hour behind


class Oreum:
    name = "Oreum"
    ready_path = "/healthz"
    command = [OREUM, "serve", "--data", "{data}", "--listen", "127.0.0.1:{port}", "--retention", "0",
               "--retention-size", "0", "--retention-1m", "off", "--retention-1h", "off"]


class Prometheus:
    name = "Prometheus"
    ready_path = "/-/ready"
    program = ("prometheus", "usr/bin/prometheus")
    command = ["--config.file={data}.yml", "--storage.tsdb.path={data}", "--web.listen-address=127.0.0.1:{port}",
               "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=100y"]


class VictoriaMetrics:
    name = "VictoriaMetrics"
    ready_path = "/health"
    program = ("victoria-metrics", "usr/bin/victoria-metrics")
    command = ["-storageDataPath={data}", "-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y",
               "-http.connTimeout=1h", "-search.disableCache", "-search.latencyOffset=0s"]


def queries(facts):
    """(what it is, path, parameters)"""
    start, end = facts["from"] // 1000 + 1, facts["to"] // 1000
    noon = end - 1800
    all_data = {"start": start + 600, "end": end, "step": (end - start - 600) / 1000}
    hour = {"start": noon - 3600, "end": noon, "step": 15}

    def instant(query):
        return "/api/v1/query", {"query": query, "time": noon}

    def over(query, grid):
        return "/api/v1/query_range", {"query": query, **grid}

    every = '{__name__=~".+"}'
    return [
        ("one series at an instant", *instant('node_load1{instance="host-03:9100"}')),
        ("rate[5m] over 160 series", *instant("rate(node_cpu_seconds_total[5m])")),
        ("topk(5, …)", *instant("topk(5, node_cpu_seconds_total)")),
        ("1 h at 15 s of sum by (mode) (rate[1m])",
         *over("sum by (mode) (rate(node_cpu_seconds_total[1m]))", hour)),
        ("all data, 1,000 points: a raw gauge", *over("node_load1", all_data)),
        ("all data, 1,000 points: sum(rate[1m])", *over("sum(rate(node_cpu_seconds_total[1m]))", all_data)),
        ("all data, 1,000 points: avg_over_time[5m]", *over("avg_over_time(node_load1[5m])", all_data)),
        ("histogram_quantile", *over("histogram_quantile(0.9, sum by (le) (rate(bench_latency_seconds_bucket[5m])))",
                                     hour)),
        ("count of every series", *instant(f"count({every})")),
        ("sum(count_over_time[1h]) of every series", *instant(f"sum(count_over_time({every}[1h]))")),
    ]


class Client:
    """One connection, kept. On bare sockets: http.client takes longer than the smallest queries."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path, parameters):
        """The body; ValueError when the answer is no 200."""
        return self.send(request(path, parameters))

    def send(self, text):
        self.socket.sendall(text)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, body = answer.split(b"\r\n\r\n", 1)
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", -1))
        parts, size = [body], len(body)
        while size < length or (length < 0 and not b"".join(parts[-2:]).endswith(b"\r\n0\r\n\r\n")):
            parts.append(self.receive())
            size += len(parts[-1])
        body = b"".join(parts)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ValueError(body[:300].decode(errors="replace"))
        return body if length >= 0 else unchunked(body)

    def receive(self):
        some = self.socket.recv(1 << 20)
        if not some:
            raise SystemExit("the server closed the connection")
        return some


def request(path, parameters):
    return (f"GET {path}?{urllib.parse.urlencode(parameters)} HTTP/1.1\r\nHost: localhost\r\n\r\n").encode()


def unchunked(body):
    parts, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 2:end + 2 + size])
        at = end + 2 + size + 2


def fill(program, path, facts):
    """A store with all of the samples, from an earlier run or filled now; its command with the paths in it, or None."""
    command = program.command
    if program.name != "Oreum":
        executable = peer(*program.program)
        if not executable:
            return None
        command = [executable, *command]
    data = os.path.join(KEPT, program.name.lower())
    command = [part.replace("{data}", data) for part in command]
    whole = data + ".json"
    if os.path.exists(whole):
        with open(whole) as f:
            if json.load(f) == facts:
                return command
    print(f"filling {program.name} …", flush=True)
    shutil.rmtree(data, ignore_errors=True)
    os.makedirs(data)
    open(data + ".yml", "w").close()
    port = free_port()
    with running([part.replace("{port}", str(port)) for part in command]) as p:
        wait_for(port, program.ready_path)
        sent = traces.load("send", f"--file={path}", f"--port={port}", "--path=/api/v1/write",
                           f"--streams={STREAMS}")
        assert sent["samples"] == facts["samples"], (sent, facts)
        wait_idle(p.pid)
        if program.name == "VictoriaMetrics":
            get(port, "/internal/force_flush")
            wait_idle(p.pid)
    with open(whole, "w") as f:
        json.dump(facts, f)
    return command


def values(body):
    """{labels: {time: value}} of an answer, names of metrics left out: peers keep and drop them differently."""
    found = {}
    for series in json.loads(body)["data"]["result"]:
        key = tuple(sorted((k, v) for k, v in series["metric"].items() if k != "__name__"))
        points = series.get("values") or [series["value"]]
        found.setdefault(key, {}).update({round(t, 3): float(v) for t, v in points})
    return found


def difference(ours, theirs, tolerance):
    """What is not the same in two answers, in a few words; None when all is."""
    ours, theirs = values(ours), values(theirs)
    if ours.keys() != theirs.keys():
        return f"{len(ours)} series, not {len(theirs)}"
    for key, points in ours.items():
        if points.keys() != theirs[key].keys():
            return f"{len(points)} points of {dict(key)}, not {len(theirs[key])}"
        for t, v in points.items():
            other = theirs[key][t]
            if not math.isclose(v, other, rel_tol=tolerance, abs_tol=1e-12) and not (v != v and other != other):
                return f"{v}, not {other}, at {t} of {dict(key)}"
    return None


def timed(client, pid, path, parameters):
    """(wall, CPU) milliseconds of one answer."""
    rounds = 0
    text = request(path, parameters)
    start_cpu, start = cpu_seconds(pid), time.monotonic()
    while time.monotonic() - start < SECONDS or rounds < 3:
        client.send(text)
        rounds += 1
    wall, cpu = time.monotonic() - start, cpu_seconds(pid) - start_cpu
    return wall / rounds * 1000, cpu / rounds * 1000


def measure(servers, path, parameters):
    """{name: (wall, CPU)}: medians of runs in which the programs take turns."""
    results = {name: [] for name in servers}
    for _ in range(RUNS):
        for name, (client, pid) in servers.items():
            results[name].append(timed(client, pid, path, parameters))
    return {name: tuple(statistics.median(column) for column in zip(*rows)) for name, rows in results.items()}


def compare(servers, title, path, parameters, ratios):
    print(f"\n{title}", flush=True)
    answers = {}
    for name, (client, _) in servers.items():
        try:
            answers[name] = client.ask(path, parameters)
        except ValueError as refused:
            print(f"  ({name} refuses: {refused})")
    servers = {name: server for name, server in servers.items() if name in answers}
    for name, answer in answers.items():
        # VictoriaMetrics does not extrapolate rates and looks back otherwise: a rough likeness is all there can be.
        differs = difference(answers["Oreum"], answer, 1e-9 if name == "Prometheus" else 0.05)
        if differs:
            print(f"  (Oreum answers otherwise than {name}: {differs})")
    results = measure(servers, path, parameters)
    base = results["Oreum"][0]
    for name, (wall, cpu) in results.items():
        print(f"  {name:<20} {wall:>10.3f} ms {wall / base:>7.2f} x {cpu:>10.3f} ms of CPU", flush=True)
        ratios.setdefault(name, []).append((base / wall, results["Oreum"][1] / cpu))


def main(only, query):
    os.makedirs(KEPT, exist_ok=True)
    path, facts = traces.requests("queries")
    programs = [p for p in (Oreum(), VictoriaMetrics(), Prometheus()) if p.name.lower().startswith(tuple(only.split(",")))]
    commands = [(program, fill(program, path, facts)) for program in programs]
    print(f"\n== {facts['samples']} samples, {facts['series']} series; one connection, the result cache of "
          "VictoriaMetrics off", flush=True)
    ratios = {}
    with contextlib.ExitStack() as stack:
        servers = {}
        for program, command in commands:
            if command is None:
                continue
            port = free_port()
            p = stack.enter_context(running([part.replace("{port}", str(port)) for part in command]))
            wait_for(port, program.ready_path, 120)
            servers[program.name] = (Client(port), p.pid)
        for title, path, parameters in queries(facts):
            if query in title:
                compare(servers, title, path, parameters, ratios)
    print("\nOreum's share of their time, geometric mean of all queries that both answer")
    for name, shares in ratios.items():
        walls, cpus = zip(*shares)
        print(f"  {name:<20} {statistics.geometric_mean(walls):>7.3f}   at worst {max(walls):.3f}"
              f"   of their CPU {statistics.geometric_mean(cpus):.3f}")
