"""Prometheus' HTTP API, asked of real Prometheus servers and of Oreum with the same samples: the answers are the same
to the letter. Debian's 2.42, and a version 3 where tools/prometheus3.sh has built one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, PATIENCE, free_port, peer, run_tests, wait_until  # noqa: E402
from prometheus import Prometheus, prometheus3  # noqa: E402

PROMETHEUS2 = peer("prometheus", "prometheus")
PROMTOOL = peer("prometheus", "promtool")
T = 1_700_000_000  # seconds; the samples are around it

QUERY, RANGE = "/api/v1/query", "/api/v1/query_range"
ALL = {"start": T, "end": T + 60, "step": 15}


def samples():
    series = []
    for cpu in ("0", "1"):
        for mode, slope in (("idle", 0.9), ("user", 0.1)):
            series.append(({"__name__": "cpu_seconds_total", "cpu": cpu, "mode": mode, "job": "node"},
                           [((T + i) * 1000, i * slope + float(cpu)) for i in range(0, 61, 5)]))
    odd = [float("nan"), float("inf"), -float("inf"), -0.0, 1e-7, 1e21, 123456789.125, 0.1, 1e20, 5e-324]
    series.append(({"__name__": "odd"}, [((T + i) * 1000 + 250 * (i % 2), v) for i, v in enumerate(odd)]))
    series.append(({"__name__": "texts", "a": "tab\t\"quote\" \\ é"}, [(T * 1000, 1.0)]))
    series.append(({"__name__": "html", "a": "<x>&'"}, [(T * 1000, 1.0)]))
    for le, v in (("0.1", 1.0), ("1", 5.0), ("+Inf", 9.0)):
        series.append(({"__name__": "lat_bucket", "le": le}, [((T + i) * 1000, v * (1 + i)) for i in range(0, 61, 15)]))
    return series


# (path, parameters, the reason why 2.42 answers otherwise or "").
REQUESTS = [
    (QUERY, {"query": "1+1", "time": T}, ""),
    (QUERY, {"query": "odd", "time": T + 5.123}, ""),
    (QUERY, {"query": "odd[1m]", "time": T + 30}, ""),
    (QUERY, {"query": "vector(-0)", "time": T}, ""),
    (QUERY, {"query": "vector(1e-7)", "time": "2023-11-14T22:13:20.5Z"}, ""),
    (QUERY, {"query": "vector(1)", "time": "2023-11-15T07:13:20.5+09:00"}, ""),
    (QUERY, {"query": "vector(1/0)", "time": -1.5}, ""),
    (QUERY, {"query": '"a<b>&c"', "time": T}, ""),
    (QUERY, {"query": "texts", "time": T}, ""),
    (QUERY, {"query": "html", "time": T}, "labels were escaped for HTML"),
    (QUERY, {"query": "nothing", "time": T}, ""),
    (QUERY, {"query": "sum by (mode) (rate(cpu_seconds_total[1m]))", "time": T + 60}, "ranges are closed on the left"),
    (QUERY, {"query": "rate(odd[1m])", "time": T + 60}, "no infos"),
    (QUERY, {"query": "histogram_quantile(0.5, rate(lat_bucket[1m]))", "time": T + 60}, "ranges are closed on the left"),
    (QUERY, {"query": "histogram_quantile(2, lat_bucket)", "time": T + 60}, "no warnings"),
    (QUERY, {"query": "sort(cpu_seconds_total)", "time": T + 60, "limit": "2"}, "no limit"),
    (QUERY, {"query": "up", "limit": "x"}, "no limit"),
    (QUERY, {"query": "up", "limit": "-1"}, "no limit"),
    (QUERY, {"query": "up{"}, ""),
    (QUERY, {"query": "up +* 1"}, "the parser's wording"),
    (QUERY, {"query": ""}, "the place"),
    (QUERY, {}, "the place"),
    (QUERY, {"query": "up", "time": "x"}, "the wording"),
    (QUERY, {"query": "up", "time": "1.7e9"}, ""),
    (QUERY, {"query": "up", "timeout": "x"}, ""),
    (QUERY, {"query": "up", "timeout": "0"}, "a timeout of nothing is taken"),
    (QUERY, {"query": "up", "timeout": "-5"}, "a timeout of nothing is taken"),
    (QUERY, {"query": "up", "lookback_delta": "x"}, "no lookback_delta"),
    (QUERY, {"query": "odd", "time": T + 60, "lookback_delta": "30s"}, "no lookback_delta"),
    (QUERY, {"query": "cpu_seconds_total + on() cpu_seconds_total", "time": T}, "the wording"),
    (RANGE, {"query": "odd", **ALL}, ""),
    (RANGE, {"query": "odd", "start": T - 0.5, "end": T + 9, "step": "500ms"}, ""),
    (RANGE, {"query": "cpu_seconds_total", **ALL}, ""),
    (RANGE, {"query": "sum(cpu_seconds_total) by (mode)", **ALL}, ""),
    (RANGE, {"query": "1", **ALL}, ""),
    (RANGE, {"query": "nothing", **ALL}, ""),
    (RANGE, {"query": "cpu_seconds_total", **ALL, "limit": "3"}, "no limit"),
    (RANGE, {"query": "rate(odd[30s])", **ALL}, "no infos"),
    (RANGE, {"query": "odd", "start": T, "end": T - 1, "step": 1}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 20_000, "step": 1}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 11_000, "step": 1}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 1, "step": 0}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 1, "step": "-5s"}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 1, "step": "abc"}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 1, "step": "1e30"}, ""),
    (RANGE, {"query": "odd", "start": T, "end": T + 1}, ""),
    (RANGE, {"query": "odd", "end": T, "step": 1}, ""),
    (RANGE, {"query": "odd", "start": T, "step": 1}, ""),
    (RANGE, {"query": "odd[1m]", **ALL}, "the parameter is not named"),
    (RANGE, {"query": '"text"', **ALL}, "the parameter is not named"),
    (RANGE, {"query": "up{", **ALL}, "the parameter is not named"),
    ("/api/v1/series", {"match[]": "odd"}, ""),
    ("/api/v1/series", {"match[]": ["odd", 'cpu_seconds_total{cpu="0"}', "odd"]}, ""),
    ("/api/v1/series", {"match[]": "html"}, "labels were escaped for HTML"),
    ("/api/v1/series", {"match[]": "nothing"}, ""),
    ("/api/v1/series", {"match[]": "odd", "start": 1, "end": 2}, ""),
    ("/api/v1/series", {"match[]": "odd", "start": T, "end": T + 5}, ""),
    ("/api/v1/series", {"match[]": "odd", "start": 5, "end": 3}, ""),
    ("/api/v1/series", {"match[]": "odd", "start": "x"}, "the wording"),
    ("/api/v1/series", {"match[]": "{}"}, ""),
    ("/api/v1/series", {"match[]": '{a=~".*"}'}, ""),
    ("/api/v1/series", {"match[]": "odd{"}, ""),
    ("/api/v1/series", {"match[]": "odd[5m]"}, "the parser's wording"),
    ("/api/v1/series", {}, ""),
    ("/api/v1/series", {"match[]": ['cpu_seconds_total{mode="idle"}', "odd"], "limit": 1}, "no limit"),
    ("/api/v1/labels", {}, ""),
    ("/api/v1/labels", {"match[]": "odd"}, ""),
    ("/api/v1/labels", {"match[]": ["odd", "cpu_seconds_total"], "start": T, "end": T + 60}, ""),
    ("/api/v1/labels", {"start": 1, "end": 2}, ""),
    ("/api/v1/labels", {"end": "x"}, "the wording"),
    ("/api/v1/labels", {"match[]": "{"}, ""),
    ("/api/v1/labels", {"limit": 2}, "no limit"),
    ("/api/v1/labels", {"limit": "x"}, "no limit"),
    ("/api/v1/label/mode/values", {}, ""),
    ("/api/v1/label/mode/values", {"match[]": 'cpu_seconds_total{mode!="idle"}'}, ""),
    ("/api/v1/label/__name__/values", {"limit": 1}, "no limit"),
    ("/api/v1/label/a/values", {}, ""),
    ("/api/v1/label/none/values", {}, ""),
    ("/api/v1/label/no.ne/values", {}, "no such names"),
    ("/api/v1/label/U__mo_64_e/values", {}, "no escaping"),
    ("/api/v1/label/mode/values", {"start": "x"}, "the wording"),
    ("/api/v1/query_exemplars", {"query": "odd", "start": T, "end": T + 1}, ""),
    ("/api/v1/query_exemplars", {"query": "odd", "start": T, "end": T - 1}, ""),
    ("/api/v1/query_exemplars", {"query": "odd("}, ""),
    ("/api/v1/query_exemplars", {"query": "odd", "start": "x"}, "the wording"),
    ("/api/v1/format_query", {"query": "sum(rate(foo{a='b'}[5m]))by(job)"}, ""),
    ("/api/v1/format_query", {"query": "sum by (a_rather_long_label, another_rather_long_label) (rate(a_long_metric_name_total"
                                       "[5m])) / sum by (a_rather_long_label, another_rather_long_label) (b)"}, "the layout"),
    ("/api/v1/format_query", {"query": "sum(a"}, ""),
    ("/api/v1/format_query", {}, "the place"),
    ("/api/v1/metadata", {}, ""),
    ("/api/v1/metadata", {"limit": "x"}, ""),
    ("/api/v1/metadata", {"limit_per_metric": "x"}, "no limit_per_metric"),
    ("/api/v1/metadata", {"metric": "nope", "limit": "2"}, ""),
    ("/api/v1/targets", {"state": "dropped"}, "no counts"),
    ("/api/v1/rules", {}, ""),
    ("/api/v1/rules", {"type": "alert"}, ""),
    ("/api/v1/rules", {"type": "x"}, ""),
    ("/api/v1/alerts", {}, ""),
    ("/api/v1/alertmanagers", {}, ""),
    ("/api/v1/status/walreplay", {}, ""),
    ("/api/v1/status/tsdb", {"limit": "0"}, "no limit"),
    ("/api/v1/status/tsdb", {"limit": "x"}, "no limit"),
] + [("/api/v1/parse_query", {"query": q}, "no parse_query") for q in (
    'foo{a="b<",c!~"d"} offset 5m @ 10.5', "rate(foo[5m] offset -1m @ end())", '{"a.b"}', "sum without(x) (-foo)",
    "topk by (a,b) (5, foo)", "a + on(x) group_left(y) b", "a and ignoring(x) b", "1 + (2)", "a > bool 1e30", "1e-9", "inf",
    '"str\\n<"', "max_over_time(rate(x[1m])[1h:5m] @ start())", "x[1h:]", "a + fill(0) b", "a + fill_left(1e-9) b",
    "x[5m] anchored", "x smoothed", "rate(x[5m*2])", "x offset (step()*2)", "x[1h:2m*1]", "round(x)", "x[max_of(step(),5m)]",
    'label_join(x,"a","b")', "5m", "time()", 'sort_by_label(x,"a")', "x + (", "+x", "x offset -(5m+1)", "x[(5m)]", "")]

POSTABLE = {QUERY, RANGE, "/api/v1/series", "/api/v1/labels", "/api/v1/query_exemplars", "/api/v1/format_query"}


def ask(server, path, parameters, method="GET"):
    """(status, content type, text)."""
    pairs = urllib.parse.urlencode([(k, v) for k, values in parameters.items()
                                    for v in (values if isinstance(values, list) else [values])])
    if method == "GET":
        answer = server.request("GET", f"{path}?{pairs}")
    else:
        answer = server.request("POST", path, pairs, {"Content-Type": "application/x-www-form-urlencoded"})
    return answer[0], answer[-1].decode()


def in_order(text):
    """Instant vectors have no order: here they do."""
    try:
        answer = json.loads(text)
    except ValueError:
        return text
    data = answer.get("data")
    if isinstance(data, dict) and data.get("resultType") == "vector":
        data["result"].sort(key=lambda r: sorted(r["metric"].items()))
    return answer


def serving():
    return Oreum("--retention", "0", command="serve")


def compare(program, three):
    with serving() as oreum, Prometheus(program, three) as prometheus:
        for server in (oreum, prometheus):
            server.write(samples())
        wrong = []
        for path, parameters, reason in REQUESTS:
            if reason and not three:
                continue
            for method in ("GET", "POST") if path in POSTABLE else ("GET",):
                ours, theirs = ask(oreum, path, parameters, method), ask(prometheus, path, parameters, method)
                if ours == theirs:
                    continue
                unordered = (ours[0], in_order(ours[1])) == (theirs[0], in_order(theirs[1]))
                if not (unordered and path == QUERY and "sort" not in str(parameters)):
                    wrong.append(f"{method} {path} {parameters}\n   Oreum      {ours}\n   Prometheus {theirs}")
        assert not wrong, f"{len(wrong)} answers differ:\n" + "\n".join(wrong)


def test_answers_are_those_of_prometheus_2():
    compare(PROMETHEUS2, three=False)


def test_answers_are_those_of_prometheus_3():
    if prometheus3() is None:
        print("     no Prometheus 3 here")
        return
    compare(prometheus3(), three=True)


def test_headers_are_those_of_prometheus_3():
    with serving() as oreum:
        oreum.write(samples())
        _, headers, body = oreum.request("GET", f"{RANGE}?query=cpu_seconds_total&start={T}&end={T + 60}&step=1",
                                         headers={"Accept-Encoding": "gzip"})
        assert headers["content-type"] == "application/json" and headers["vary"] == "Accept-Encoding", headers
        assert headers["content-encoding"] == "gzip" and body[:2] == b"\x1f\x8b"
        status, headers, _ = oreum.request("DELETE", QUERY)
        assert status == 405 and "GET" in headers["allow"] and "POST" in headers["allow"]


def test_promtool_asks_oreum_as_it_asks_prometheus():
    with serving() as oreum, Prometheus(PROMETHEUS2, three=False) as prometheus:
        for server in (oreum, prometheus):
            server.write(samples())
        for command in (["instant", "--time", f"{T + 60}", "URL", "sort(cpu_seconds_total)"],
                        ["range", "--start", f"{T}", "--end", f"{T + 60}", "--step", "15s", "URL", "cpu_seconds_total"],
                        ["series", "--match", "odd", "--match", "texts", "URL"],
                        ["labels", "URL", "mode"],
                        ["instant", "URL", "up{"]):
            said = []
            for server in (oreum, prometheus):
                url = f"http://127.0.0.1:{server.port}"
                done = subprocess.run([PROMTOOL, "query", *[url if word == "URL" else word for word in command]],
                                      capture_output=True, text=True, timeout=PATIENCE)
                said.append((done.returncode, done.stdout, done.stderr))
            assert said[0] == said[1], (command, said)


def test_grafana_finds_a_prometheus():
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with serving() as oreum:
        oreum.write(samples())
        # Its health check, and what it does when a data source is opened or a dashboard is edited.
        status, _, body = oreum.request("POST", QUERY, f"query=1%2B1&time={T}", form)
        assert (status, json.loads(body)["data"]["result"][1]) == (200, "2")
        version = oreum.get_json("/api/v1/status/buildinfo")["data"]["version"]
        assert int(version.split(".")[0]) >= 3, version
        for path, body in (("/api/v1/labels", f"start={T}&end={T + 60}"),
                           ("/api/v1/labels", f"start={T}&end={T + 60}&match%5B%5D=%7B__name__%3D%22cpu_seconds_total%22%7D"),
                           ("/api/v1/series", f"start={T}&end={T + 60}&match%5B%5D=cpu_seconds_total"),
                           (RANGE, f"query=rate(cpu_seconds_total%5B1m0s%5D)&start={T}.001&end={T + 60}.001&step=15"),
                           ("/api/v1/query_exemplars", f"query=cpu_seconds_total&start={T}&end={T + 60}")):
            status, _, body = oreum.request("POST", path, body, form)
            assert status == 200 and json.loads(body)["status"] == "success", (path, status, body)
        values = oreum.get_json("/api/v1/label/mode/values", **{"start": T, "end": T + 60, "match[]": "cpu_seconds_total"})
        assert values["data"] == ["idle", "user"]
        assert oreum.get_json("/api/v1/metadata", limit_per_metric=1)["data"] == {}
        assert oreum.get_json("/api/v1/rules")["data"] == {"groups": []}


class Wired:
    """A Prometheus with a configuration of its own."""

    def __init__(self, program, config, *flags):
        self.folder = tempfile.mkdtemp(prefix="oreum-prometheus-")
        self.port = free_port()
        with open(os.path.join(self.folder, "prometheus.yml"), "w") as f:
            f.write(config.replace("PORT", str(self.port)))
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.process = subprocess.Popen(
            [program, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", *flags], stdout=self.log, stderr=self.log)

    def result(self, query, **params):
        import urllib.request
        url = f"http://127.0.0.1:{self.port}{QUERY}?" + urllib.parse.urlencode({"query": query, **params})
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def test_prometheus_reads_remotely():
    with serving() as oreum:
        oreum.write(samples())
        config = f"remote_read: [{{url: '{oreum.url}/api/v1/read', read_recent: true}}]\n"
        for program in filter(None, (PROMETHEUS2, prometheus3())):
            with Wired(program, config) as prometheus:
                wait_until(lambda: prometheus.result("1") is not None, "Prometheus answers")
                for query in ('cpu_seconds_total{mode=~"i.*"}[2m]', "odd[1m]", 'count({__name__!=""})'):
                    theirs = prometheus.result(query, time=T + 61)
                    ours = oreum.get_json(QUERY, query=query, time=T + 61)["data"]["result"]
                    assert theirs == ours and ours, (query, theirs, ours)


def test_prometheus_writes_version_2():
    if prometheus3() is None:
        print("     no Prometheus 3 here")
        return
    with Oreum(command="serve") as oreum:
        config = f"""global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:PORT']}}]}}]
remote_write:
  - url: {oreum.url}/api/v1/write
    protobuf_message: io.prometheus.write.v2.Request
    queue_config: {{batch_send_deadline: 200ms}}
"""
        with Wired(prometheus3(), config, "--enable-feature=metadata-wal-records") as prometheus:
            wait_until(lambda: prometheus.result("prometheus_remote_storage_samples_total > 500"), "samples are sent")
            failed = prometheus.result("sum(prometheus_remote_storage_samples_failed_total)")
            assert failed and failed[0]["value"][1] == "0", failed
            ours = wait_until(lambda: oreum.get_json(QUERY, query='up{job="self"}')["data"]["result"], "up arrives")
            assert ours[0]["value"][1] == "1"
            described = wait_until(lambda: oreum.get_json("/api/v1/metadata", metric="go_goroutines")["data"],
                                   "metadata arrives")
            assert described["go_goroutines"][0]["type"] == "gauge", described
            pools = oreum.get_json("/api/v1/scrape_pools")["data"]["scrapePools"]
            assert pools == ["remote_write"], pools


def test_federation_is_that_of_prometheus_3():
    now = int(time.time() * 1000)
    fresh = [({"__name__": "fresh_total", "instance": "a", "job": "j", "z": "1"}, [(now, 1.5)]),
             ({"__name__": "fresh_total", "job": "j", "a": "x\\y\"z\n"}, [(now, 1e6)]),
             ({"__name__": "fresh.name", "l.x": "y"}, [(now, float("nan"))]),
             ({"__name__": "afresh"}, [(now, -0.0)])]
    if prometheus3() is None:
        print("     no Prometheus 3 here")
        return
    with serving() as oreum, Prometheus(prometheus3(), three=True) as prometheus:
        for server in (oreum, prometheus):
            server.write(fresh)
        for query in ('match[]={__name__=~".*fresh.*"}', "match[]=afresh&match[]=fresh_total", "match[]=none",
                      "match[]=up{"):
            target = "/federate?" + urllib.parse.quote(query, safe="=&")
            for accept in ("text/plain", "text/plain;version=1.0.0;escaping=allow-utf-8"):
                ours = oreum.request("GET", target, headers={"Accept": accept})
                theirs = prometheus.request("GET", target, headers={"Accept": accept})
                assert (ours[0], ours[-1]) == (theirs[0], theirs[-1]), (query, accept, ours, theirs)


run_tests(globals())
