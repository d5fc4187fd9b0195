"""What benchmarks share: peers in temporary folders on free ports, CPU time from /proc, ratios in a table."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OREUM = os.path.join(ROOT, "build", "release", "oreum")
PEERS = os.path.join(ROOT, "build", "peers")
TICK = os.sysconf("SC_CLK_TCK")


def peer(package, path):
    """A program of an unpacked Debian package, or None with a word why."""
    full = os.path.join(PEERS, package, path)
    if os.path.exists(full):
        return full
    print(f"  ({package} is not unpacked: this peer is left out; tools/peers.sh {package} fetches it)")
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of a process, by the scheduler's own clock where it is there (threads that ended are then
    missing, none of these servers ends any), else in steps of 10 ms."""
    try:
        total = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1e9
    except (OSError, ValueError):
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def get(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post(port, path, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(port, path="/", limit=30.0):
    """Returns when the port answers the path with a 200."""
    start = time.monotonic()
    while time.monotonic() - start < limit:
        try:
            if get(port, path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.001)
    raise SystemExit(f"nothing answered on port {port}{path}")


@contextlib.contextmanager
def running(command, **kwargs):
    """A child process with its output in a temporary folder, "{folder}"; ended on leaving."""
    folder = tempfile.mkdtemp(prefix="oreum-bench-")
    command = [part.replace("{folder}", folder) for part in command]
    with open(os.path.join(folder, "log"), "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **kwargs)
        process.folder = folder
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def median_of(runs, measure):
    return statistics.median(measure() for _ in range(runs))


def table(title, unit, rows):
    """rows: [(name, value)]; the first is ours and the unit of the ratios."""
    print(f"\n{title}")
    base = rows[0][1]
    for name, value in rows:
        if value is not None:
            print(f"  {name:<44} {value:>10.2f} {unit:<4} {value / base:>7.2f} x", flush=True)
