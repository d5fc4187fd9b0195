"""Start to the first answer, and CPU for each request of /api/v1/metrics/cpu, beside the peers."""

import os
import re
import subprocess
import sys
import time

from lib import OREUM, PEERS, cpu_seconds, free_port, median_of, peer, running, table, wait_for

SECONDS = 5
FASTAPI = '''
import psutil
from fastapi import FastAPI
app = FastAPI()

@app.get("/api/v1/metrics/cpu")
def cpu():
    return {"percent": psutil.cpu_percent(), "per_cpu": psutil.cpu_percent(percpu=True),
            "times": psutil.cpu_times()._asdict(), "load_avg": psutil.getloadavg(), "count": psutil.cpu_count()}
'''
NGINX = """daemon off; master_process off; pid {f}/pid; error_log {f}/error;
events {}
http { access_log off; keepalive_requests 1000000; client_body_temp_path {f}/b; proxy_temp_path {f}/p;
  fastcgi_temp_path {f}/f; uwsgi_temp_path {f}/u; scgi_temp_path {f}/s; server { listen 127.0.0.1:{p}; root {f}; } }
"""


def start_time(command, path):
    """Milliseconds from exec to the first 200."""
    port = free_port()
    start = time.monotonic()
    with running([part.replace("{port}", str(port)) for part in command]):
        wait_for(port, path)
        return (time.monotonic() - start) * 1000


def request_cost(process, port, path):
    """Microseconds of the server's CPU for a request, over one kept connection that is never idle."""
    wrk = peer("wrk", "usr/bin/wrk")
    if not wrk:
        return None
    url = f"http://127.0.0.1:{port}{path}"
    subprocess.run([wrk, "-t1", "-c1", "-d1s", url], check=True, capture_output=True)
    cpu = cpu_seconds(process.pid)
    done = subprocess.run([wrk, "-t1", "-c1", f"-d{SECONDS}s", url], check=True, capture_output=True, text=True).stdout
    cpu = cpu_seconds(process.pid) - cpu
    assert "Non-2xx" not in done and "Socket errors" not in done, done
    return cpu / int(re.search(r"(\d+) requests in", done)[1]) * 1e6


def oreum_request():
    port = free_port()
    with running([OREUM, "run", "--data", "{folder}/data", "--listen", f"127.0.0.1:{port}"]) as p:
        wait_for(port, "/healthz")
        time.sleep(3)
        return request_cost(p, port, "/api/v1/metrics/cpu")


def fastapi_request():
    """The usual build of such a service, in a virtual environment under build/."""
    folder = os.path.join(PEERS, "fastapi")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "fastapi", "uvicorn", "psutil"], check=True)
    port = free_port()
    with open(os.path.join(folder, "service.py"), "w") as f:
        f.write(FASTAPI)
    command = [python, "-m", "uvicorn", "service:app", "--port", str(port), "--log-level", "warning"]
    with running(command, cwd=folder) as p:
        wait_for(port, "/api/v1/metrics/cpu")
        return request_cost(p, port, "/api/v1/metrics/cpu")


def nginx_request():
    program = peer("nginx", "usr/sbin/nginx")
    if not program:
        return None
    port = free_port()
    with running(["sleep", "100000"]) as holder:
        folder = holder.folder
        with open(os.path.join(folder, "cpu"), "w") as f:
            f.write('{"percent":1.5}' * 20)
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as f:
            f.write(NGINX.replace("{f}", folder).replace("{p}", str(port)))
        with running([program, "-c", config, "-e", f"{folder}/error"]) as p:
            wait_for(port, "/cpu")
            return request_cost(p, port, "/cpu")


def main(runs):
    def start_of(command, path):
        return median_of(runs, lambda: start_time(command, path))

    starts = [("Oreum run", start_of([OREUM, "run", "--data", "{folder}/data", "--listen", "127.0.0.1:{port}"], "/healthz"))]
    exporter = peer("prometheus-node-exporter", "usr/bin/prometheus-node-exporter")
    if exporter:
        starts.append(("node_exporter", start_of([exporter, "--web.listen-address=127.0.0.1:{port}"], "/")))
    victoria = peer("victoria-metrics", "usr/bin/victoria-metrics")
    if victoria:
        starts.append(("VictoriaMetrics", start_of(
            [victoria, "-storageDataPath={folder}/data", "-httpListenAddr=127.0.0.1:{port}"], "/health")))
    table(f"Start to the first answer (median of {runs})", "ms", starts)
    table(f"CPU of the server for a request (one connection, {SECONDS} s)", "µs", [
        ("Oreum: /api/v1/metrics/cpu", oreum_request()),
        ("FastAPI + psutil, the same answer", fastapi_request()),
        ("nginx, a static file", nginx_request())])
