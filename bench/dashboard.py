"""The dashboard in headless Chromium: four hours at 1 s drawn as forty charts, panned, scrolled, followed live.

The store is made once and kept under build/bench/dashboard/: the recorded trace nine times in a row as one machine's
(550 series), and what only Oreum collects beside it (programs, containers, sensors, plain gauges; 150 series)."""

import json
import math
import os
import shutil
import subprocess

import traces
from lib import OREUM, ROOT, cpu_seconds, free_port, running, wait_for

KEPT = os.path.join(traces.CACHE, "dashboard")
INSTANCE = "host-00:9100"
SPAN = 4 * 3600
SLOW = 10  # seconds between samples of what changes slowly
MEASURE = os.path.join(ROOT, "bench", "dashboard", "measure.mjs")
COMMAND = [OREUM, "run", "--data", KEPT + "/data", "--listen", "127.0.0.1:{port}", "--instance", "here",
           "--retention", "0", "--retention-size", "0", "--retention-1m", "off", "--retention-1h", "off"]


def wave(i, period, low, high):
    """Moves at every step, so that it packs no better than what is measured."""
    return round(low + (high - low) * (0.5 + 0.4 * math.sin(i / period) + 0.1 * ((i * 7919) % 101) / 101), 3)


def families():
    """(name, type, labels of each series, seconds between samples, value of series n at i)"""
    def counter(n, i):
        return round(i * (0.01 + n % 13 * 0.02) + 0.3 * math.sin(i / 200), 3)

    programs = [f'name="program-{n}"' for n in range(40)]
    groups = [f'id="/system.slice/unit-{n}.service",name="unit-{n}"' for n in range(15)]
    sensors = [f'chip="chip{n // 4}",sensor="temp{n % 4}"' for n in range(8)]
    return [
        ("cpu_usage_percent", "gauge", [""], 1, lambda n, i: wave(i, 700, 2, 90)),
        ("memory_usage_percent", "gauge", [""], 1, lambda n, i: wave(i, 3000, 40, 60)),
        ("disk_usage_percent", "gauge", ['mountpoint="/"', 'mountpoint="/home"'], SLOW, lambda n, i: 50 + n + i / 5000),
        ("node_process_cpu_seconds_total", "counter", programs, SLOW, counter),
        ("node_process_resident_memory_bytes", "gauge", programs, SLOW, lambda n, i: int(wave(i + n, 500, 1e6, 9e8)) // 4096 * 4096),
        ("node_processes_pids", "gauge", [""], SLOW, lambda n, i: int(wave(i, 300, 150, 180))),
        ("node_processes_threads", "gauge", [""], SLOW, lambda n, i: int(wave(i, 300, 400, 450))),
        ("node_processes_state", "gauge", [f'state="{s}"' for s in "RSDZI"], SLOW, lambda n, i: int(wave(i + n, 90, 1, 40))),
        ("container_cpu_usage_seconds_total", "counter", groups, SLOW, counter),
        ("container_memory_working_set_bytes", "gauge", groups, SLOW, lambda n, i: int(wave(i + n, 400, 1e6, 5e8)) // 4096 * 4096),
        ("node_hwmon_temp_celsius", "gauge", sensors, SLOW, lambda n, i: round(wave(i + n * 50, 200, 40, 70))),
        ("node_cpu_scaling_frequency_hertz", "gauge", ['cpu="0"', 'cpu="1"'], SLOW, lambda n, i: int(wave(i + n, 50, 1e9, 4e9))),
    ]


def beside(first, last, path):
    """What node_exporter does not have, as OpenMetrics."""
    with open(path, "w") as out:
        for name, kind, series, every, value in families():
            out.write(f"# TYPE {name.removesuffix('_total')} {kind}\n")
            for n, labels in enumerate(series):
                more = "," + labels if labels else ""
                for i in range(0, last - first, every):
                    out.write(f'{name}{{instance="{INSTANCE}",job="node"{more}}} {value(n, i)} {first + i}\n')
        out.write("# EOF\n")


def fill():
    """The facts of the kept store, made now if there is none."""
    path, facts = traces.requests("dashboard")
    whole = os.path.join(KEPT, "whole.json")
    if os.path.exists(whole):
        with open(whole) as f:
            if json.load(f) == facts:
                return facts
    print("filling a store with four hours …", flush=True)
    shutil.rmtree(KEPT, ignore_errors=True)
    os.makedirs(KEPT)
    port = free_port()
    with running([part.replace("{port}", str(port)) for part in COMMAND]):
        wait_for(port, "/healthz")
        sent = traces.load("send", f"--file={path}", f"--port={port}", "--path=/api/v1/write", "--streams=1")
        assert sent["samples"] == facts["samples"], (sent, facts)
        text = os.path.join(KEPT, "beside.om")
        beside(facts["from"] // 1000, facts["to"] // 1000, text)
        subprocess.run([OREUM, "import", "openmetrics", text, "--server", f"http://127.0.0.1:{port}", "--quiet"], check=True)
        os.remove(text)
    with open(whole, "w") as f:
        json.dump(facts, f)
    return facts


def show(title, found, server):
    print(f"\n{title}")
    for name, ms in (("the charts in sight drawn after", found["seen"]), ("the last of all drawn after", found["all"]),
                     ("between first question and last answer", found["asking"]),
                     ("the page's main thread busy", found["task"]), ("  of it scripts", found["script"]),
                     ("the longest task", found["longest"]), ("the server's CPU (mean of all openings)", server)):
        print(f"  {name:<44} {ms:>8.0f} ms")
    print(f"  {found['lines']} of {found['charts']} charts with data, {found['requests']} requests, "
          f"{found['kilobytes']:.0f} KB over the wire", flush=True)


def main(runs):
    facts = fill()
    port = free_port()
    with running([part.replace("{port}", str(port)) for part in COMMAND]) as p:
        wait_for(port, "/healthz")
        asked = {"instance": INSTANCE, "end": facts["to"] // 1000, "span": "4h", "runs": runs, "live": "here"}
        before = cpu_seconds(p.pid)
        done = subprocess.run(["node", MEASURE, f"http://127.0.0.1:{port}", json.dumps(asked)], check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        server = (cpu_seconds(p.pid) - before) / found["openings"] * 1000
    show("A window of 1400 x 1000, 4 h at 1 s", found["window"], server)
    print(f"  runs: {', '.join(f'{ms:.0f}' for ms in found['runs'])} ms")
    show("A window in which all charts are in sight", found["whole"], server)
    for name, what in (("panned", "panning through time"), ("scrolled", "scrolling the page")):
        f = found[name]
        print(f"\nFrames while {what}: {f['fps']:.1f} a second; median {f['p50']:.1f} ms, 95 % {f['p95']:.1f}, "
              f"worst {f['worst']:.1f}; main thread busy {f['busy'] * 100:.0f} %")
    print(f"\nLive at 5 m: main thread {found['live']['task']:.0f} ms a second, of it scripts {found['live']['script']:.0f}")
