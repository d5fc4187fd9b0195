"""The HTTP side of a running Oreum, end to end."""

import gzip
import json
import os
import socket
import struct
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, run_tests, series_text, snappy_literals, wait_until  # noqa: E402

FAST = ("--interval", "100ms", "--slow-interval", "200ms")
TYPES = ["cpu", "memory", "swap", "disk", "filesystem", "network", "load", "process", "container", "host"]


def test_health_and_readiness():
    with Oreum(*FAST) as oreum:
        health = wait_until(lambda: (h := oreum.get_json("/api/v1/health"))["status"] == "ok" and h, "healthy")
        assert {"store", "collectors", "disk"} <= set(json.dumps(health).replace('"', " ").split()), health
        assert oreum.get("/healthz") and oreum.get("/readyz")


def test_the_present_reading_of_every_type():
    with Oreum(*FAST) as oreum:
        listed = json.dumps(oreum.get_json("/api/v1/metrics"))
        wait_until(lambda: b"\nnode_filesystem_" in oreum.request("GET", "/metrics")[2], "both lanes have collected")
        for kind in TYPES:
            assert f'"{kind}"' in listed, (kind, listed)
            assert isinstance(oreum.get_json(f"/api/v1/metrics/{kind}"), dict)
        cpu = wait_until(lambda: (c := oreum.get_json("/api/v1/metrics/cpu")).get("percent") is not None and
                         len(c["per_cpu"]) == os.cpu_count() and c, "two readings with time between them on every CPU")
        assert 0 <= cpu["percent"] <= 100 and all(0 <= p <= 100 for p in cpu["per_cpu"]), cpu
        memory = oreum.get_json("/api/v1/metrics/memory")
        with open("/proc/meminfo") as f:
            total = int(f.readline().split()[1]) * 1024
        assert memory["total"] == total and 0 < memory["percent"] < 100, memory
        status, _, body = oreum.request("GET", "/api/v1/metrics/cup")
        assert status == 404 and b"cpu" in body, body


def test_history_is_columns_of_what_was_collected():
    with Oreum(*FAST) as oreum:
        def enough():
            answer = oreum.get_json("/api/v1/metrics/load", **{"from": f"{time.time() - 60:.3f}", "step": "100ms", "agg": "last"})
            return answer if any(len([v for v in s["values"] if v is not None]) >= 5 for s in answer["series"]) else None
        answer = wait_until(enough, "five samples are stored")
        assert all(len(s["values"]) == len(answer["time"]) for s in answer["series"])
        for bad in ({"from": "yesterday"}, {"step": "0"}, {"agg": "mode"}, {"from": "10", "to": "5"}, {"step": "1ms", "from": "0"}):
            status, headers, body = oreum.request("GET", "/api/v1/metrics/load?" + "&".join(f"{k}={v}" for k, v in bad.items()))
            assert status == 400 and headers["content-type"] == "application/problem+json", (bad, status, body)


def test_metrics_text_in_both_formats():
    with Oreum(*FAST) as oreum:
        wait_until(lambda: b"\nnode_load1 " in oreum.request("GET", "/metrics")[2], "something is collected")
        status, headers, body = oreum.request("GET", "/metrics")
        assert status == 200 and headers["content-type"].startswith("text/plain; version=0.0.4"), headers
        assert b"\nnode_load1 " in body and b'job="' not in body
        status, headers, body = oreum.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert headers["content-type"].startswith("application/openmetrics-text"), headers
        assert body.endswith(b"# EOF\n")
        status, headers, body = oreum.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        assert headers.get("content-encoding") == "gzip" and b"node_load1" in gzip.decompress(body)


def test_stored_series_carry_job_and_instance():
    with Oreum("--instance", "here", *FAST) as oreum:
        result = wait_until(lambda: oreum.get_json("/api/v1/query", query="node_load1")["data"]["result"], "a sample is stored")
        assert series_text(result[0]["metric"]) == 'node_load1{instance="here",job="node"}'
        assert "here" in oreum.get("/api/v1/instances")


def test_remote_write_keeps_bits_in_any_order():
    odd = {1_000: struct.pack("<Q", 0x7FF0000000000002), 2_000: struct.pack("<Q", 0x7FF8000000000123), 3_000: -0.0,
           500: 5e-324, 4_000: float("inf"), 250: 2.0**53 + 1, -7_000: 1.5}
    with Oreum("--retention", "0", command="serve") as oreum:
        labels = {"__name__": "odd", "city": "오름 😀"}
        assert oreum.write([(labels, list(odd.items()))]) == (204, "")
        assert oreum.write([(labels, list(odd.items()))]) == (204, ""), "the same bits again are a no-op"
        got = oreum.samples("odd", -10_000, 10_000)['odd{city="오름 😀"}']
        # A stale marker ends a series and is no value: queries leave it out, as Prometheus' do.
        assert [ms for ms, _ in got] == sorted(set(odd) - {1_000}), got
        status, text = oreum.write([(labels, [(500, 1.0), (600, 7.0)])])
        assert status == 400 and "odd" in text and "conflict" in text.lower(), (status, text)
        assert (600, "7") in oreum.samples("odd", -10_000, 10_000)['odd{city="오름 😀"}'], "the rest is stored"


def test_remote_write_refuses_garbage_and_goes_on():
    with Oreum(command="serve") as oreum:
        good = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"}
        for body in (b"", b"garbage", snappy_literals(b"\xff" * 50), snappy_literals(b"\x0a\x05abc"), b"\xff\xff\xff\xff\x0f"):
            status, _, text = oreum.request("POST", "/api/v1/write", body, good)
            assert status in (400, 413) or (status == 204 and body == b""), (body, status, text)
        status, _, _ = oreum.request("POST", "/api/v1/write", b"x", {"Content-Type": "text/plain"})
        assert status in (400, 415)
        now = int(time.time() * 1000)
        for labels in ({"a": "b"}, {"__name__": ""}, {"__name__": "x", "": "y"}):
            assert oreum.write([(labels, [(now, 1.0)])])[0] == 400, labels
        assert oreum.write([({"__name__": "fine"}, [(now, 1.0)])])[0] == 204


def test_errors_are_problem_json_with_a_request_id():
    with Oreum(command="serve") as oreum:
        status, headers, body = oreum.request("GET", "/nowhere", headers={"X-Request-Id": "mine-1"})
        assert status == 404 and headers["content-type"] == "application/problem+json", headers
        assert json.loads(body)["status"] == 404 and headers["x-request-id"] == "mine-1"
        status, headers, _ = oreum.request("DELETE", "/metrics")
        assert status == 405 and "GET" in headers["allow"]
        status, _, _ = oreum.request("GET", "/api/v1/query?query=%zz")
        assert status == 400


def test_own_metrics_count_requests_by_bounded_paths():
    with Oreum(command="serve") as oreum:
        for i in range(20):
            oreum.request("GET", f"/scan-{i}")
        oreum.get("/healthz")
        text = wait_until(lambda: (t := oreum.get("/metrics")).count('path="/healthz"') and t, "requests are counted")
        assert "scan-" not in text and 'http_requests_total{method="GET",path="/healthz",status="200"} 1' in text
        assert 'http_request_duration_seconds_bucket{' in text


def test_the_stream_follows_the_collection():
    with Oreum(*FAST) as oreum, socket.create_connection(("127.0.0.1", oreum.port), timeout=30) as s:
        s.sendall(b"GET /api/v1/stream?metrics=node_load1 HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        seen = b""
        while seen.count(b"node_load1") < 3:
            part = s.recv(65536)
            assert part, seen
            seen += part
        assert b"text/event-stream" in seen and b"event: " in seen


def test_openapi_lists_the_routes_and_docs_show_them():
    with Oreum(command="serve") as oreum:
        api = oreum.get_json("/openapi.json")
        assert api["openapi"].startswith("3.1")
        for path in ("/api/v1/health", "/metrics", "/api/v1/metrics/{type}", "/api/v1/stream", "/api/v1/write", "/api/v1/query"):
            assert path in api["paths"], path
        assert "<html" in oreum.get("/docs")


def test_the_page_opens_under_a_strict_policy():
    with Oreum(*FAST) as oreum:
        status, headers, body = oreum.request("GET", "/")
        assert status == 200 and b"<html" in body and headers["content-type"].startswith("text/html"), headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'" in policy and "unsafe" not in policy, policy


def test_what_was_stored_survives_a_restart():
    with tempfile.TemporaryDirectory() as data:
        with Oreum(data=data, command="serve") as oreum:
            now = int(time.time() * 1000)
            assert oreum.write([({"__name__": "kept"}, [(now, 42.0)])])[0] == 204
            oreum.stop()
        with Oreum(data=data, command="serve") as oreum:
            assert oreum.samples("kept", now - 1000, now) == {"kept": [(now, "42")]}


run_tests(globals())
