"""Debian's real Prometheus beside Oreum: it scrapes Oreum, writes to it, and its promtool judges /metrics."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, free_port, peer, run_tests, wait_until  # noqa: E402

PROMETHEUS = peer("prometheus", "prometheus")
PROMTOOL = peer("prometheus", "promtool")


class Prometheus:
    """A real Prometheus that scrapes `oreum` every 250 ms and writes what it has on to it."""

    def __init__(self, oreum):
        self.folder = tempfile.mkdtemp(prefix="oreum-prometheus-")
        self.url = f"http://127.0.0.1:{free_port()}"
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write(f"""global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
  - job_name: seen_by_prometheus
    static_configs: [{{targets: ['127.0.0.1:{oreum.port}']}}]
remote_write:
  - url: {oreum.url}/api/v1/write
    queue_config: {{batch_send_deadline: 200ms}}
""")
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.process = subprocess.Popen(
            [PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address={self.url[7:]}"], stdout=self.log, stderr=self.log)

    def query(self, expression, **params):
        url = f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression, **params})
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def test_promtool_has_nothing_to_say_of_metrics():
    with Oreum() as oreum:
        wait_until(lambda: "http_requests_total" in oreum.get("/metrics"), "Oreum counts its own requests")
        text = oreum.get("/metrics")
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, text=True, capture_output=True)
        # Exit code 3 is style advice; the names that node_exporter and cAdvisor have always had draw some.
        assert done.returncode in (0, 3), done.stderr
        assert "error while linting" not in done.stderr, done.stderr
        ours = [line for line in done.stderr.splitlines() if line and not line.startswith(("node_", "container_"))]
        assert not ours, ours


def test_prometheus_scrapes_and_writes_to_oreum():
    with Oreum("--interval", "250ms") as oreum, Prometheus(oreum) as prometheus:
        up = wait_until(lambda: [r for r in prometheus.query('up{job="seen_by_prometheus"}') if r["value"][1] == "1"],
                        "Prometheus has scraped Oreum")
        assert len(up) == 1
        scraped = wait_until(lambda: prometheus.query('scrape_samples_scraped{job="seen_by_prometheus"} > 100'),
                             "the scrape has samples")
        assert scraped

        # What Prometheus wrote is in Oreum, bit for bit as Prometheus has it.
        selector = 'node_load1{job="seen_by_prometheus"}'
        wait_until(lambda: len(prometheus.query(selector + "[1m]")) and
                   len(prometheus.query(selector + "[1m]")[0]["values"]) >= 8, "Prometheus holds some samples")
        theirs = prometheus.query(selector + "[1m]")[0]["values"][:8]
        end = theirs[-1][0]

        def all_arrived():
            result = oreum.get_json("/api/v1/query", query=selector + "[1m]", time=f"{end:.3f}")["data"]["result"]
            return result and len(result[0]["values"]) >= 8 and result[0]["values"][-1][0] >= end and result

        ours = wait_until(all_arrived, "Oreum holds what Prometheus wrote")[0]["values"]
        assert [v for v in ours if v[0] >= theirs[0][0]][:8] == theirs


run_tests(globals())
