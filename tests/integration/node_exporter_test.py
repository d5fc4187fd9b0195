#!/usr/bin/env python3
"""Compares a running Oreum with Debian's node_exporter on this machine, family by family.

usage: node_exporter_test.py OREUM [NODE_EXPORTER]

node_exporter is read before and after Oreum. Every family of its default output must be in ours with the same type and
the same label sets, and every value within what the two readings of node_exporter span. Without node_exporter (argument,
or OREUM_NODE_EXPORTER, or on the path) it is skipped (exit code 77), or fails where CI=true.
"""
import os
import re
import shutil
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, wait_until  # noqa: E402

# The exporter's own, not the machine's.
OWN = re.compile(r"^(go_|process_|promhttp_|node_exporter_build_info$|node_textfile_|node_scrape_collector_)")
# Moves both ways between two readings: compared for presence only beyond a tolerance of their own.
RESTLESS = re.compile(r"^node_(time_seconds|timex_.*|entropy_.*|procs_.*|sockstat_.*|filefd_allocated|load\d+|"
                      r"memory_.*|filesystem_(avail|free|files_free).*|disk_io_now|nf_conntrack_entries|arp_entries|"
                      r"cpu_(scaling_)?frequency_hertz|udp_queues|netstat_Tcp_CurrEstab|"
                      r"disk_.*|network_carrier.*|hwmon_.*|thermal_zone_temp|power_supply_.*)$")
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """(family -> type, (family, labels) -> value); labels with empty values are no labels."""
    types, values = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ", 3)
            types[name] = "untyped" if kind == "unknown" else kind
        elif line and not line.startswith("#"):
            match = SAMPLE.match(line)
            if not match:
                sys.exit(f"not a sample: {line!r}")
            labels = tuple(sorted((k, v) for k, v in LABEL.findall(match[2] or "") if v))
            values[(match[1], labels)] = float(match[3])
    return types, values


def find_exporter():
    wanted = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else os.environ.get("OREUM_NODE_EXPORTER", "")
    found = wanted if wanted and os.access(wanted, os.X_OK) else shutil.which("prometheus-node-exporter")
    if not found:
        print("skipped: prometheus-node-exporter is not here")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    return found


def start_exporter(path):
    """Starts it on a free port, which it tells in its log."""
    process = subprocess.Popen([path, "--web.listen-address=127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        match = re.search(r'(?:address=|Listening on.*?)127\.0\.0\.1:(\d+)', line)
        if match and match[1] != "0":
            return process, int(match[1])
    sys.exit("node_exporter did not say where it listens")


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return parse(answer.read().decode())


def within(name, kind, low, ours, high):
    if low == ours == high:
        return True
    low, high = min(low, high), max(low, high)
    slack = 1e-9 * max(abs(low), abs(high))
    if RESTLESS.match(name):
        slack += 0.05 * max(abs(low), abs(high)) + 16
    elif kind == "gauge":
        slack += 0.02 * max(abs(low), abs(high))
    return low - slack <= ours <= high + slack


def compare(before, ours, after):
    problems = []
    for name, kind in sorted(before[0].items()):
        if OWN.match(name) or not any(n == name for n, _ in before[1]):
            continue
        if name not in ours[0]:
            problems.append(f"{name}: missing")
        elif ours[0][name] != kind:
            problems.append(f"{name}: type {ours[0][name]}, not {kind}")
    for key, low in sorted(before[1].items()):
        name, labels = key
        # What came or went while we looked proves nothing.
        if OWN.match(name) or key not in after[1] or name not in ours[0]:
            continue
        if key not in ours[1]:
            problems.append(f"{name}{dict(labels)}: missing")
        elif not within(name, before[0].get(name, "untyped"), low, ours[1][key], after[1][key]):
            problems.append(f"{name}{dict(labels)}: {ours[1][key]} is not within {low} … {after[1][key]}")
    for key in sorted(ours[1]):
        if key[0] in before[0] and not OWN.match(key[0]) and key not in before[1] and key not in after[1]:
            problems.append(f"{key[0]}{dict(key[1])}: node_exporter has no such series")
    return problems


def slow_ticks(oreum):
    return int(re.search(r'^oreum_collect_ticks_total\{lane="slow"\} (\d+)', oreum.get("/metrics"), re.M)[1])


def page_of(oreum):
    """A page of which every value was read after this call."""
    seen = slow_ticks(oreum)
    # Some slow collectors run at every second tick.
    wait_until(lambda: slow_ticks(oreum) >= seen + 4, "all collectors have run anew")
    return oreum.get("/metrics")


def main():
    exporter, port = start_exporter(find_exporter())
    try:
        # Oreum runs all the while: what it takes of the machine itself is in all three readings.
        with Oreum("--interval", "100ms", "--slow-interval", "200ms") as oreum:
            for _ in range(3):  # a device may come or go in between: once out of three must be clean
                before = scrape(port)
                text = page_of(oreum)
                after = scrape(port)
                problems = compare(before, parse(text), after)
                if not problems:
                    break
    finally:
        exporter.terminate()
        exporter.wait()
    compared = sum(1 for name in before[0] if not OWN.match(name))
    print(*problems, sep="\n")
    print(f"{compared} families compared, {len(problems)} differ")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
