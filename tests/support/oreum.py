"""What integration tests in Python share: the real program in a temporary folder, HTTP, remote write, checks.

Standard library only. A test is a script: it calls `run_tests(globals())`, prints one line a test and exits 1 when one
fails. The program's path is the first argument.
"""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

BINARY = sys.argv[1] if len(sys.argv) > 1 else "oreum"
PATIENCE = 30.0  # seconds until waiting for a condition is given up; never a measure of speed


class Oreum:
    """A running `oreum`, on a free port, with a data folder of its own."""

    def __init__(self, *flags, data=None, command="run", env=None, start=True):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="oreum-it-")
        self.flags = [BINARY, command, "--data", self.data, "--listen", "127.0.0.1:0", "--log-level", "warn", *flags]
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("OREUM_")} | (env or {})
        self.process = None
        if start:
            self.start()

    def start(self):
        self.log = open(os.path.join(self.data, "log") if os.path.isdir(self.data) else os.devnull, "a+")
        self.process = subprocess.Popen(self.flags, stdout=subprocess.PIPE, stderr=self.log, env=self.env, text=True)
        first = self.process.stdout.readline()
        match = re.fullmatch(r"oreum: listening on (http://127\.0\.0\.1:(\d+))\n", first)
        if not match:
            self.process.wait()
            self.log.seek(0)
            raise AssertionError(f"the first line was {first!r}; log: {self.log.read()[-2000:]}")
        self.url, self.port = match[1], int(match[2])
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def stop(self):
        """A clean stop: SIGTERM, exit code 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        self.log.close()
        assert code == 0, f"exit code {code}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def request(self, method, path, body=None, headers=None):
        """(status, headers in lower case, body as bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def get(self, path, **params):
        if params:
            path += "?" + urllib.parse.urlencode(params)
        status, _, body = self.request("GET", path)
        assert status == 200, f"GET {path}: {status} {body[:500]!r}"
        return body.decode()

    def get_json(self, path, **params):
        return json.loads(self.get(path, **params))

    def metric(self, name):
        """The value of one without labels on /metrics."""
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics"), re.M)
        assert found, name
        return float(found[1])

    def store_health(self):
        """Answers also when the whole is failing."""
        return json.loads(self.request("GET", "/api/v1/health")[2])["components"]["store"]

    def write(self, series):
        """Remote write of [(labels dict, [(ms, float), …]), …]; answers (status, text)."""
        status, _, body = self.request("POST", "/api/v1/write", encode_write(series), {
            "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0"})
        return status, body.decode(errors="replace")

    def samples(self, selector, start_ms, end_ms):
        """Raw samples in (start, end]: {series text: [(ms, value text), …]}, read by a range selector."""
        answer = self.get_json("/api/v1/query", query=f"{selector}[{end_ms - start_ms}ms]", time=f"{end_ms / 1000:.3f}")
        return {series_text(item["metric"]): [(round(t * 1000), v) for t, v in item["values"]]
                for item in answer["data"]["result"]}


def series_text(metric):
    inner = ",".join(f'{k}="{v}"' for k, v in sorted(metric.items()) if k != "__name__")
    return metric.get("__name__", "") + ("{" + inner + "}" if inner else "")


# --- remote write 1.0, by hand: protobuf fields and a snappy block of literals ---

def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def encode_write(series):
    request = bytearray()
    for labels, samples in series:
        body = b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels.items()))
        for ms, value in samples:
            bits = value if isinstance(value, bytes) else struct.pack("<d", value)
            body += field(2, b"\x09" + bits + b"\x10" + varint(ms))
        request += field(1, body)
    return snappy_literals(bytes(request))


def snappy_literals(data):
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 65536):
        part = data[at:at + 65536]
        out += bytes([61 << 2]) + struct.pack("<H", len(part) - 1) + part
    return bytes(out)


# --- helpers ---

def wait_until(condition, what, patience=PATIENCE):
    """Polls until the condition holds; its value. Fails, never hangs. `what` is a text, or asked for one in the end."""
    give_up = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < give_up, f"gave up waiting until {what() if callable(what) else what}"
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(*arguments, env=None, stdin=None):
    """(exit code, standard output, standard error) of one run of the program."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OREUM_")} | (env or {})
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=2 * PATIENCE, env=clean, input=stdin)
    return done.returncode, done.stdout, done.stderr


def peer(name, program):
    """The path of a Debian peer; without one: a failure in CI, a skip elsewhere."""
    here = os.path.dirname(os.path.abspath(__file__))
    unpacked = os.path.join(here, "..", "..", "build", "peers", name, "usr", "bin", program)
    path = unpacked if os.path.exists(unpacked) else shutil.which(program)
    if path is None:
        print(f"SKIP: {program} is missing; ./tools/peers.sh fetches it")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    return path


def run_tests(names):
    seed = int(os.environ.get("OREUM_TEST_SEED", random.randrange(1 << 32)))
    random.seed(seed)
    print(f"seed {seed} (OREUM_TEST_SEED repeats it)")
    failed = 0
    only = os.environ.get("OREUM_TEST_ONLY", "")  # a part of a test's name
    for name, test in list(names.items()):
        if not name.startswith("test_") or only not in name:
            continue
        try:
            test()
            print(f"ok   {name}", flush=True)
        except Exception:  # noqa: BLE001: every failure is reported, the others still run
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
