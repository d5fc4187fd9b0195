"""CPU for each value collected and stored at 1 s, and memory after a while: Oreum beside the peers, in one run."""

import os
import re
import time

from lib import OREUM, PEERS, cpu_seconds, free_port, get, peer, resident_mb, running, table, wait_for

NETDATA_CONF = """[global]
  run as user = root
[directories]
  cache = {f}/cache
  lib = {f}/lib
  log = {f}/logs
  config = {f}
  stock config = {n}/conf.d
  plugins = {n}/plugins.d
  web = {n}
[db]
  mode = ram
  update every = 1
[web]
  bind to = 127.0.0.1:{p}
[ml]
  enabled = no
[health]
  enabled = no
[plugins]
  proc = yes
  diskspace = no
  cgroups = no
  tc = no
  idlejitter = no
  timex = no
  statsd = no
  checks = no
  netdata monitoring = no
  netdata monitoring extended = no
  enable running new plugins = no
"""


def counter(port, name):
    """The sum of a counter's series on a /metrics page."""
    text = get(port, "/metrics")[1].decode()
    return sum(map(float, re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.M)))


def oreum(seconds):
    port = free_port()
    with running([OREUM, "run", "--data", "{folder}/data", "--listen", f"127.0.0.1:{port}"]) as p:
        wait_for(port, "/healthz")
        time.sleep(3)
        values, cpu = counter(port, "oreum_store_appended_samples_total"), cpu_seconds(p.pid)
        time.sleep(seconds)
        cpu = cpu_seconds(p.pid) - cpu
        values = counter(port, "oreum_store_appended_samples_total") - values
        return cpu / values * 1e6, resident_mb(p.pid), values / seconds


def node_exporter_and_prometheus(seconds):
    exporter = peer("prometheus-node-exporter", "usr/bin/prometheus-node-exporter")
    prometheus = peer("prometheus", "usr/bin/prometheus")
    if not exporter or not prometheus:
        return None
    exporter_port, prometheus_port = free_port(), free_port()
    with running([exporter, f"--web.listen-address=127.0.0.1:{exporter_port}"]) as e:
        wait_for(exporter_port, "/metrics")
        config = os.path.join(e.folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write("global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: node\n"
                    f"    static_configs: [{{targets: ['127.0.0.1:{exporter_port}']}}]\n")
        with running([prometheus, f"--config.file={config}", "--storage.tsdb.path={folder}/data",
                      f"--web.listen-address=127.0.0.1:{prometheus_port}"]) as p:
            wait_for(prometheus_port, "/-/ready")
            time.sleep(5)
            name = "prometheus_tsdb_head_samples_appended_total"
            values, cpu = counter(prometheus_port, name), cpu_seconds(e.pid) + cpu_seconds(p.pid)
            time.sleep(seconds)
            cpu = cpu_seconds(e.pid) + cpu_seconds(p.pid) - cpu
            values = counter(prometheus_port, name) - values
            return cpu / values * 1e6, resident_mb(e.pid), resident_mb(p.pid)


def netdata(seconds):
    """Netdata with its proc plugin alone at 1 s, database in memory; a value is a dimension of its charts."""
    program = peer("netdata-core", "usr/sbin/netdata")
    if not program:
        return None
    port = free_port()
    with running(["sleep", "100000"]) as holder:
        for sub in ("cache", "lib", "logs"):
            os.makedirs(os.path.join(holder.folder, sub))
        path = os.path.join(holder.folder, "netdata.conf")
        with open(path, "w") as f:
            f.write(NETDATA_CONF.replace("{f}", holder.folder).replace("{p}", str(port))
                    .replace("{n}", os.path.join(PEERS, "netdata-core", "usr", "lib", "netdata")))
        with running([program, "-D", "-c", path]) as p:
            try:
                wait_for(port, "/api/v1/info", 20)
            except SystemExit:
                print("  (netdata does not start here: left out)")
                return None
            time.sleep(5)
            cpu = cpu_seconds(p.pid)
            time.sleep(seconds)
            cpu = cpu_seconds(p.pid) - cpu
            text = get(port, "/api/v1/allmetrics?format=prometheus")[1].decode()
            values = sum(1 for line in text.splitlines() if line and not line.startswith("#"))
            return cpu / (values * seconds) * 1e6, resident_mb(p.pid)


def main(seconds):
    print(f"collecting for {seconds} s each …", flush=True)
    ours = oreum(seconds)
    prometheus = node_exporter_and_prometheus(seconds)
    data = netdata(seconds)
    table("CPU for each value collected and stored at 1 s", "µs", [
        (f"Oreum ({ours[2]:.0f} values a second)", ours[0]),
        ("node_exporter + Prometheus", prometheus and prometheus[0]),
        ("netdata, proc plugin, in memory", data and data[0])])
    table(f"Resident memory after {seconds} s", "MB", [
        ("Oreum: collects, stores, serves", ours[1]),
        ("node_exporter: collects", prometheus and prometheus[1]),
        ("Prometheus: stores, serves", prometheus and prometheus[2]),
        ("netdata", data and data[1])])
