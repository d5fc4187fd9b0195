"""A real Prometheus that is written to and asked: Debian's 2.42, or a 3 from tools/prometheus3.sh."""

import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse

from oreum import PATIENCE, encode_write, free_port

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "peers")
# All that version 3 has behind flags and Oreum has always.
FEATURES = ("promql-experimental-functions,promql-delayed-name-removal,promql-duration-expr,"
            "promql-extended-range-selectors,promql-binop-fill-modifiers")


def prometheus3(program="prometheus"):
    """The path of a Prometheus 3, or None."""
    named = os.environ.get("OREUM_PROMETHEUS3", "")
    path = os.path.join(named or os.path.join(PEERS, "prometheus3", "usr", "bin"), program)
    return path if os.path.exists(path) else None


class Prometheus:
    """Empty, on a free port, in a temporary folder; takes samples of any age and in any order."""

    def __init__(self, program, three):
        self.folder = tempfile.mkdtemp(prefix="oreum-prometheus-")
        self.port = free_port()
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write("storage: {tsdb: {out_of_order_time_window: 90y}}\n")
        flags = [f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver",
                 "--storage.tsdb.retention.time=100y", "--log.level=error"]
        if three:
            flags.append(f"--enable-feature={FEATURES}")
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.process = subprocess.Popen([program, *flags], stdout=self.log, stderr=self.log)
        self.connection = None
        self.wait_until_ready()

    def wait_until_ready(self):
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                if self.request("GET", "/-/ready")[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.log.flush()
                with open(self.log.name) as log:
                    raise AssertionError(f"Prometheus does not start: {log.read()[-2000:]}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, headers=None):
        """(status, body); the connection is kept."""
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                self.connection.request(method, path, body, headers or {})
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError("not reached")

    def write(self, series):
        status, body = self.request("POST", "/api/v1/write", encode_write(series), {
            "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0"})
        assert status in (200, 204), (status, body)

    def ask(self, path, **params):
        """The answer of the API as JSON, errors too."""
        status, body = self.request("POST", path, urllib.parse.urlencode(params),
                                    {"Content-Type": "application/x-www-form-urlencoded"})
        try:
            return json.loads(body)
        except ValueError:
            raise AssertionError(f"{path} {params}: {status} {body[:500]!r}") from None
