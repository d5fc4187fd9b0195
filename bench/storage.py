"""Ingest by remote write, bytes on disk and long ranges: Oreum beside the peers, the same bytes to each, in one run."""

import os
import time

import traces
from lib import OREUM, TICK, free_port, get, peer, post, resident_mb, running, table, wait_for

IDLE_SHARE = 0.02  # of a core, over IDLE_SECONDS: the background work is done
IDLE_SECONDS = 3
IDLE_LIMIT = 120


def cpu_of(pid):
    """User and system time of all its threads, also of those that have ended, in steps of 10 ms."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_mb(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def wait_idle(pid):
    start = time.monotonic()
    before = cpu_of(pid)
    while time.monotonic() - start < IDLE_LIMIT:
        time.sleep(IDLE_SECONDS)
        now = cpu_of(pid)
        if now - before < IDLE_SHARE * IDLE_SECONDS:
            return
        before = now


def disk_bytes(folder):
    """Everything below a folder; what a file has reserved beyond its end, or left out before it, does not count."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            about = os.stat(os.path.join(at, name))
            total += min(about.st_size, about.st_blocks * 512)
    return total


class Oreum:
    name = "Oreum"
    write_path = "/api/v1/write"
    ready_path = "/healthz"
    command = [OREUM, "serve", "--data", "{folder}/data", "--listen", "127.0.0.1:{port}", "--retention", "0",
               "--retention-size", "0", "--retention-1m", "off", "--retention-1h", "off"]  # the peers make none

    def flush(self, port, folder):
        """Nothing: it seals and compacts in its own time. What is left to do then, after() does."""

    def after(self, folder):
        """With the server stopped: what is left is sealed and compacted. Answers CPU seconds and sizes."""
        done = traces.load("settle", f"--folder={folder}/data")
        return done["cpu_seconds"], {"whole": disk_bytes(folder + "/data")}


class VictoriaMetrics:
    name = "VictoriaMetrics"
    write_path = "/api/v1/write"
    ready_path = "/health"
    program = ("victoria-metrics", "usr/bin/victoria-metrics")
    command = ["-storageDataPath={folder}/data", "-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y",
               "-http.connTimeout=1h"]

    def flush(self, port, folder):
        get(port, "/internal/force_flush")
        get(port, "/internal/force_merge")

    def after(self, folder):
        return 0, {"whole": disk_bytes(folder + "/data"), "data": disk_bytes(folder + "/data/data")}


class Prometheus:
    name = "Prometheus"
    write_path = "/api/v1/write"
    ready_path = "/-/ready"
    program = ("prometheus", "usr/bin/prometheus")
    command = ["--config.file={folder}/empty.yml", "--storage.tsdb.path={folder}/data",
               "--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver", "--web.enable-admin-api",
               "--storage.tsdb.retention.time=100y"]

    def flush(self, port, folder):
        """The head of the last hours is cut into a block only after three of them; a snapshot cuts the same block."""
        post(port, "/api/v1/admin/tsdb/snapshot", timeout=600)

    def after(self, folder):
        """What counts is the block: head files and write-ahead log are there twice for a while only."""
        snapshots = os.path.join(folder, "data", "snapshots")
        block = disk_bytes(snapshots)
        return 0, {"whole": disk_bytes(os.path.join(folder, "data")) - block, "block": block}


def measure(program, path, facts):
    """One program, from nothing to all samples stored and its background work done."""
    command = program.command
    if program.name != "Oreum":
        executable = peer(*program.program)
        if not executable:
            return None
        command = [executable, *command]
    port = free_port()
    command = [part.replace("{port}", str(port)) for part in command]
    with running(["sleep", "100000"]) as holder:  # its folder outlives the server's process
        folder = holder.folder
        open(os.path.join(folder, "empty.yml"), "w").close()
        with running([part.replace("{folder}", folder) for part in command]) as p:
            wait_for(port, program.ready_path)
            start_cpu = cpu_of(p.pid)
            sent = traces.load("send", f"--file={path}", f"--port={port}", f"--path={program.write_path}",
                               f"--streams={traces.STREAMS}")
            assert sent["samples"] == facts["samples"], (sent, facts)
            sending_cpu = cpu_of(p.pid) - start_cpu
            wait_idle(p.pid)
            program.flush(port, folder)
            wait_idle(p.pid)
            cpu = cpu_of(p.pid) - start_cpu
            result = {"peak": peak_mb(p.pid), "resident": resident_mb(p.pid)}
            if program.name == "Prometheus":
                sizes = program.after(folder)
        if program.name != "Prometheus":
            sizes = program.after(folder)
    samples = facts["samples"]
    result.update({name: size / samples for name, size in sizes[1].items()})
    result.update({"cpu": (cpu + sizes[0]) / samples * 1e6, "sending_cpu": sending_cpu / samples * 1e6,
                   "rate": samples / sent["seconds"] / 1e6, "p99": sent["p99_ms"], "max": sent["max_ms"]})
    return result


def compare(variant, programs):
    prepared = traces.requests(variant)
    if prepared is None:
        return
    path, facts = prepared
    print(f"\n== {variant}: {facts['samples']} samples, {facts['series']} series, {facts['requests']} requests of "
          f"{facts['bytes'] / facts['samples']:.1f} bytes a sample, {traces.STREAMS} connections", flush=True)
    results = [(program, measure(program, path, facts)) for program in programs]
    results = [(program, result) for program, result in results if result]

    def rows(key):
        return [(program.name, result.get(key)) for program, result in results]

    table("CPU of the server for a sample, all its work", "µs", rows("cpu"))
    table("  of that until the last answer", "µs", rows("sending_cpu"))
    table("Samples a second (the sender on the same machine)", "M", rows("rate"))
    table("Time to an answer, 99 of 100", "ms", rows("p99"))
    table("  the longest", "ms", rows("max"))
    table("Resident memory, at its peak", "MB", rows("peak"))
    table("  and in the end", "MB", rows("resident"))
    sizes = []
    for program, result in results:
        for key, what in (("whole", "whole folder"), ("data", "data alone"), ("block", "compacted block alone")):
            if key in result:
                sizes.append((f"{program.name}, {what}", result[key]))
    table("Bytes on disk for a sample", "B", sizes)


def long_range(full):
    """A series of 30 days at 1 s, and with `full` a store of 2 GB."""
    with running(["sleep", "100000"]) as holder:
        folder = os.path.join(holder.folder, "data")
        traces.load("fill", f"--folder={folder}")
        traces.load("settle", f"--folder={folder}")
        done = traces.load("range", f"--folder={folder}")
        print(f"\nOne series of 30 days at 1 s ({done['samples']} samples): {done['cold_ms']} ms from disk, "
              f"{done['warm_ms']} ms from the page cache; the store opens in {done['open_ms']} ms")
        if full:
            traces.load("fill", f"--folder={folder}2", "--series=100", "--noise=1")
            done = traces.load("range", f"--folder={folder}2", "--runs=1")
            print(f"A store of {disk_bytes(folder + '2') / 1e9:.2f} GB opens in {done['open_ms']} ms")


def main(full, only, variants):
    programs = [p for p in (Oreum(), VictoriaMetrics(), Prometheus()) if not only or p.name.lower().startswith(only)]
    for variant in variants or (["jittered", "aligned", "busy"] + (["grouped"] if full else [])):
        compare(variant, programs)
    if not variants:
        long_range(full)
