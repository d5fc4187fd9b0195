"""`oreum query` before a server that answers what the test says: what is asked, and how answers are shown."""

import http.server
import json
import os
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import call, run_tests  # noqa: E402


class Server:
    """Answers every request with one JSON document and keeps what was asked."""

    def __init__(self, answer, status=200):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append((self.path.split("?")[0], dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def data(kind, result, **more):
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


VECTOR = data("vector", [{"metric": {"__name__": "up", "job": "a,b"}, "value": [60, "1"]},
                         {"metric": {"zone": "x"}, "value": [60.5, "NaN"]}], warnings=["PromQL warning: careful (1:1)"])
MATRIX = data("matrix", [{"metric": {"__name__": "m", "i": "1"}, "values": [[0, "0"], [60, "5"], [120, "10"]]},
                         {"metric": {"__name__": "m", "i": "2"}, "values": [[0, "10"], [60, "NaN"], [120, "0"]]}])


def ask(answer, *arguments, status=200, env=None):
    with Server(answer, status) as server:
        code, out, err = call("query", "x", "--server", server.url, *arguments, env=env)
        return code, out, err, server.seen


def test_an_instant_query_is_a_table():
    code, out, err, seen = ask(VECTOR, "--time", "60")
    assert code == 0 and seen == [("/api/v1/query", {"query": "x", "time": "60"})], (err, seen)
    lines = out.splitlines()
    assert lines[0].split() == ['up{job="a,b"}', "1", "1970-01-01T00:01:00.000Z"], out
    assert lines[1].split() == ['{zone="x"}', "NaN", "1970-01-01T00:01:00.500Z"], out
    assert "careful" in err, err


def test_scalars_and_strings():
    assert ask(data("scalar", [60, "1.5"]))[1].split()[0] == "1.5"
    assert ask(data("string", [60, "text"]))[1].split()[0] == "text"
    assert "no series match" in ask(data("vector", []))[1]


def test_a_range_asks_for_one():
    code, out, err, seen = ask(MATRIX, "--start", "0", "--end", "120", "--step", "1m")
    assert code == 0, err
    assert seen == [("/api/v1/query_range", {"query": "x", "start": "0.000", "end": "120.000", "step": "60.000"})], seen
    assert out.splitlines()[0] == 'm{i="1"}' and len(out.splitlines()) == 8, out
    seen = ask(MATRIX, "--end", "7200")[3]
    assert seen[0][1] == {"query": "x", "start": "3600.000", "end": "7200.000", "step": "18.000"}, seen


def test_wrong_ranges_are_refused():
    for wrong in (["--start", "10", "--end", "5"], ["--time", "1", "--step", "5s"], ["--start", "soon"], ["--step", "x"],
                  ["--output", "picture"]):
        code, _, err, seen = ask(MATRIX, *wrong)
        assert code == 2 and err and not seen, (wrong, code, err)


def test_csv():
    assert ask(VECTOR, "-o", "csv")[1].splitlines() == [
        "time,value,__name__,job,zone", '1970-01-01T00:01:00.000Z,1,up,"a,b",', "1970-01-01T00:01:00.500Z,NaN,,,x"]


def test_json_is_as_it_came():
    assert json.loads(ask(VECTOR, "--json")[1]) == VECTOR
    assert json.loads(ask(VECTOR, "--output", "json")[1]) == VECTOR


def test_a_chart():
    code, out, err, seen = ask(MATRIX, "--output", "chart")
    assert code == 0 and seen[0][0] == "/api/v1/query_range", err
    lines = out.splitlines()
    assert lines[0].lstrip().startswith("10 ┤") and lines[19].lstrip().startswith("0 ┤"), out
    assert any("⠀" < c <= "⣿" for c in lines[10]), out
    assert "└" in lines[20] and "1970-01-01T00:02:00" in lines[21], out
    assert lines[22].startswith('━━ m{i="1"}') and len(lines) == 24, out
    assert "\x1b" not in out, "colours without a terminal"


def test_charts_of_odd_answers():
    flat = data("matrix", [{"metric": {}, "values": [[0, "3"]]}])
    huge = data("matrix", [{"metric": {}, "values": [[0, "-1.7e308"], [60, "1.7e308"], [120, "+Inf"]]}])
    for answer in (flat, huge, data("matrix", [{"metric": {"i": str(i)}, "values": [[0, "1"], [60, "2"]]} for i in range(40)])):
        code, out, err, _ = ask(answer, "-o", "chart")
        assert code == 0 and "┤" in out, (out, err)
    assert "no series match" in ask(data("matrix", []), "-o", "chart")[1]
    assert "no series match" in ask(data("matrix", [{"metric": {}, "values": [[0, "NaN"]]}]), "-o", "chart")[1]


def test_answers_that_are_none():
    code, _, err, _ = ask({"status": "error", "errorType": "bad_data", "error": "1:1: parse error"}, status=400)
    assert code == 2 and "parse error" in err, err
    for odd in ([], {}, {"data": 1}, data("vector", [{"metric": {}}, 1])):
        code, _, err, _ = ask(odd)
        assert code == 1 and "none of Oreum's" in err, (odd, code, err)


run_tests(globals())
