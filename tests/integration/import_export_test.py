"""`oreum import` and `oreum export`, through a server and straight on a folder, as a person types them."""

import gzip
import json
import os
import random
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import BINARY, Oreum, call, free_port, run_tests, wait_until  # noqa: E402

KEEP = ("--retention", "0")
STALE = struct.pack("<Q", 0x7FF0000000000002)
HOSTILE = [{"__name__": "m", "v": v} for v in ('"', "\\", "\n", "}", "😀 오름", "x" * 65_000, "# EOF", ",", " ")]


def openmetrics(series, samples, start=1_700_000_000):
    """A text of so many series and samples of each, values and times with decimals."""
    lines = []
    for s in range(series):
        lines += [f'load{{n="{s}"}} {random.random():.6g} {start + i}.{s % 999 + 1:03d}' for i in range(samples)]
    return "\n".join(lines) + "\n# EOF\n"


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    return path


def count(report, what):
    match = re.search(rf"([\d,]+) {what}", report)
    return int(match[1].replace(",", "")) if match else None


def export(*flags):
    code, out, err = call("export", "openmetrics", "--quiet", *flags)
    assert code == 0, err
    return out


def test_a_round_trip_through_two_servers_is_exact():
    with tempfile.TemporaryDirectory() as folder, Oreum(*KEEP, command="serve") as a, Oreum(*KEEP, command="serve") as b:
        odd = [(1_000, STALE), (2_000, struct.pack("<Q", 0x7FF8000000000123)), (3_000, -0.0), (4_500, 5e-324),
               (5_000, float("inf")), (6_000, float("nan")), (-7_001, 0.1), (1_700_000_000_123, 2.0**53 + 1)]
        assert a.write([(labels, odd) for labels in HOSTILE]) == (204, "")
        text = export("--server", a.url)
        assert text.endswith("# EOF\n") and " NaN 1.0000009218868437227405314\n" in text
        file = write(os.path.join(folder, "all.om"), text)
        code, out, err = call("import", "openmetrics", file, "--server", b.url)
        assert code == 0 and count(out, "added") == len(HOSTILE) * len(odd), (out, err)
        assert export("--server", b.url) == text
        code, out, err = call("import", "openmetrics", file, "--server", b.url)
        assert code == 0 and count(out, "added") == 0 and count(out, "duplicates") == len(HOSTILE) * len(odd), (out, err)


def test_a_folder_needs_no_server_and_packed_files_are_unpacked():
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        text = openmetrics(20, 100)
        packed = os.path.join(folder, "in.om.gz")
        with gzip.open(packed, "wt") as f:
            f.write(text)
        code, out, err = call("import", "openmetrics", packed, "--data", data, *KEEP)
        assert code == 0 and count(out, "added") == 2000, (out, err)
        out_file = os.path.join(folder, "out.om")
        code, _, err = call("export", "openmetrics", "--data", data, "-o", out_file)
        assert code == 0 and "2,000 samples" in err, err
        assert sorted(open(out_file).read().split("\n")) == sorted(text.split("\n"))
        assert not os.path.exists(out_file + ".part")
        code, again, err = call("import", "openmetrics", "-", "--data", data, *KEEP, stdin=text)
        assert code == 0 and count(again, "duplicates") == 2000, (again, err)


def test_a_folder_in_use_is_refused_with_the_way_through_its_server():
    with Oreum(*KEEP, command="serve") as oreum, tempfile.TemporaryDirectory() as folder:
        file = write(os.path.join(folder, "in.om"), openmetrics(1, 1))
        for command in (["import", "openmetrics", file], ["export", "openmetrics"]):
            code, _, err = call(*command, "--data", oreum.data)
            assert code == 1 and "--server" in err and f"pid {oreum.process.pid}" in err, err
        code, _, err = call("import", "openmetrics", file, "--server", f"http://127.0.0.1:{free_port()}")
        assert code == 1 and "--data" in err and "is Oreum running" in err, err


def test_selectors_ranges_and_csv():
    with Oreum(*KEEP, command="serve") as oreum:
        series = [({"__name__": name, "job": "x"}, [(t * 1000, float(t)) for t in range(1, 6)]) for name in ("a", "b", "c")]
        assert oreum.write(series)[0] == 204
        picked = export("--server", oreum.url, "--match", "a", "--match", '{job="x",__name__=~"a|b"}', "--from", "2", "--to", "3")
        assert picked == 'a{job="x"} 2 2\na{job="x"} 3 3\nb{job="x"} 2 2\nb{job="x"} 3 3\n# EOF\n', picked
        code, out, _ = call("export", "csv", "--server", oreum.url, "--match", "a", "--to", "1")
        assert code == 0 and out == 'time,metric,labels,value\n1970-01-01T00:00:01.000Z,a,"job=""x""",1\n', out
        code, out, _ = call("export", "csv", "--server", oreum.url, "--match", "a", "--to", "1", "--time", "ms")
        assert out.endswith('\n1000,a,"job=""x""",1\n'), out
        for bad in (["--match", "a{"], ["--from", "soon"], ["--from", "5", "--to", "4"]):
            code, _, err = call("export", "openmetrics", "--server", oreum.url, *bad)
            assert code == 2 and err, (bad, code, err)
        for query in ("format=xml", "match=a{", "nope=1", "from=x", "stale=1", "from=5&to=4"):
            status, headers, _ = oreum.request("GET", f"/api/v1/export?{query}")
            assert status == 400 and headers["content-type"] == "application/problem+json", query


def test_a_collecting_server_says_type_and_help():
    with Oreum("--interval", "100ms", "--slow-interval", "100ms") as oreum:
        wait_until(lambda: "node_cpu_seconds_total{" in export("--server", oreum.url), "a tick is stored")
        text = export("--server", oreum.url)
        assert "# TYPE node_cpu_seconds counter\n# HELP node_cpu_seconds " in text
        assert "# TYPE http_request_duration_seconds histogram\n" in text or "http_request_duration_seconds" not in text
        families = re.findall(r"^# TYPE (\S+) ", text, re.M)
        assert len(families) == len(set(families)) > 50


def test_bad_lines_stop_it_or_go_to_the_rejects():
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        file = write(os.path.join(folder, "in.om"), "a 1 1\na one 2\na 3 3\nb{ 4\n# EOF\n")
        code, out, err = call("import", "openmetrics", file, "--data", data, *KEEP)
        assert code == 2 and "line 2, column 3: expected a number" in err and count(out, "added") == 1, (out, err)
        rejects = os.path.join(folder, "rejects")
        code, out, err = call("import", "openmetrics", file, "--data", data, *KEEP, "--reject", rejects)
        assert code == 0 and count(out, "added") == 1 and "2 lines rejected" in out, (out, err)
        assert open(rejects).read() == "# line 2, column 3: expected a number\na one 2\n# line 4, column 5: expected }\nb{ 4\n"
        garbage = os.path.join(folder, "garbage")
        with open(garbage, "wb") as f:
            f.write(random.randbytes(100_000) + b"\n")
        code, out, _ = call("import", "openmetrics", garbage, "--data", data, *KEEP)
        assert code == 2, out
        code, _, err = call("import", "openmetrics", os.path.join(folder, "none"), "--data", data)
        assert code == 1 and "none" in err, err


def test_conflicts_and_old_samples_are_counted_and_fail():
    with Oreum("--retention", "1d", command="serve") as oreum, tempfile.TemporaryDirectory() as folder:
        now = int(time.time())
        file = write(os.path.join(folder, "in.om"), f"a 1 {now}\na 2 {now}\na 3 1000\n# EOF\n")
        code, out, err = call("import", "openmetrics", file, "--server", oreum.url)
        assert code == 1 and count(out, "added") == 1 and count(out, "conflicts") == 1, (out, err)
        assert count(out, "older than the retention") == 1 and "is 1, not 2" in out and "2 samples were refused" in err, (out, err)


def killed_in_the_middle(command, see):
    """Runs it and kills it as soon as `see` says that a part is stored."""
    process = subprocess.Popen([BINARY, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: process.poll() is not None or see(), "a part is stored")
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_imports_go_on_by_running_them_again():
    text = openmetrics(200, 2000)
    with tempfile.TemporaryDirectory() as folder:
        file = write(os.path.join(folder, "in.om"), text)
        with Oreum(*KEEP, command="serve") as oreum:
            stored = lambda: float(re.search(r"^oreum_store_samples\S* (\S+)$", oreum.get("/metrics"), re.M)[1])  # noqa: E731
            killed_in_the_middle(["import", "openmetrics", file, "--server", oreum.url], lambda: stored() > 0)
            had = stored()
            code, out, err = call("import", "openmetrics", file, "--server", oreum.url)
            assert code == 0, err
            assert count(out, "added") + count(out, "duplicates") == 400_000 and count(out, "duplicates") >= had > 0, (had, out)
            assert stored() == 400_000
        data = os.path.join(folder, "data")
        size = lambda: sum(e.stat().st_size for e in os.scandir(data)) if os.path.isdir(data) else 0  # noqa: E731
        killed_in_the_middle(["import", "openmetrics", file, "--data", data, *KEEP], lambda: size() > 1_000_000)
        code, out, err = call("import", "openmetrics", file, "--data", data, *KEEP)
        assert code == 0 and count(out, "added") + count(out, "duplicates") == 400_000, (out, err)
        assert export("--data", data).count("\n") == 400_001


def test_a_server_that_goes_away_is_said_and_an_unfinished_export_is_none():
    with tempfile.TemporaryDirectory() as folder, Oreum(*KEEP, command="serve") as oreum:
        file = write(os.path.join(folder, "in.om"), openmetrics(200, 2000))
        assert call("import", "openmetrics", file, "--server", oreum.url)[0] == 0
        out_file = os.path.join(folder, "out.om")
        fifo = out_file + ".part"
        os.mkfifo(fifo)
        process = subprocess.Popen([BINARY, "export", "openmetrics", "--server", oreum.url, "-o", out_file],
                                   stderr=subprocess.PIPE, text=True)
        with open(fifo, "rb") as pipe:
            assert pipe.read(1000)
            oreum.kill()
            while pipe.read(1 << 20):
                pass
        _, err = process.communicate()
        assert process.returncode == 1 and "not complete" in err and not os.path.exists(out_file), err


def rss(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+) kB", f.read())[1])


def test_a_slow_reader_holds_no_memory():
    with tempfile.TemporaryDirectory() as folder, Oreum(*KEEP, command="serve") as oreum:
        file = write(os.path.join(folder, "in.om"), openmetrics(500, 2000))
        assert call("import", "openmetrics", file, "--server", oreum.url)[0] == 0
        total = len(export("--server", oreum.url))
        before = rss(oreum.process.pid)
        readers = [subprocess.Popen(["curl", "-sS", "--limit-rate", "10k", f"{oreum.url}/api/v1/export"],
                                    stdout=subprocess.DEVNULL) for _ in range(2)]
        try:
            # Others are served meanwhile, as often as it takes for both to have begun.
            wait_until(lambda: oreum.get("/readyz") and 'path="/api/v1/export",status="200"} 3' in oreum.get("/metrics"),
                       "both exports run")
            assert rss(oreum.process.pid) - before < total // 1024 // 3, "an export waits in memory"
        finally:
            for reader in readers:
                reader.kill()
                reader.wait()


LEGACY = """CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, metric_type TEXT NOT NULL,
  host TEXT, value TEXT NOT NULL, created_at TEXT DEFAULT CURRENT_TIMESTAMP)"""


def legacy(path, rows):
    db = sqlite3.connect(path)
    db.execute(LEGACY)
    db.executemany("INSERT INTO metrics(timestamp, metric_type, host, value) VALUES(?,?,?,?)", rows)
    db.commit()
    with open(path + ".sql", "w") as f:
        f.write("PRAGMA foreign_keys=OFF;\n" + "\n".join(db.iterdump()) + "\n")
    db.close()


def test_an_older_database_and_its_dump_become_series():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "old.db")
        rows = []
        for i in range(500):
            stamp = f"2025-01-02T03:{i // 60:02d}:{i % 60:02d}.250000"
            rows += [(stamp, "cpu", "web-1", json.dumps({"percent": i / 7, "per_cpu": [i, i + 1]})),
                     (stamp, "memory", "web-1", json.dumps({"percent": 50.5, "total": 2**34})),
                     (stamp, "disk", "web-1", json.dumps({"/": {"percent": 71.2}, "/home": {"percent": 3}})),
                     (stamp, "network", "", json.dumps({"eth0": {"bytes_sent": i * 1000}}))]
        rows += [("yesterday", "cpu", "web-1", "{}"), ("2025-01-02T03:00:00", "cpu", "web-1", "{'a': 1}")]
        legacy(path, rows)
        texts = []
        for file in (path, path + ".sql"):
            data = os.path.join(folder, "data" + str(len(texts)))
            rejects = os.path.join(folder, "rejects")
            code, out, err = call("import", "sqlite", file, "--data", data, *KEEP, "--reject", rejects, "--instance", "unknown")
            assert code == 0 and "2,002 rows, 4,000 samples: 4,000 added" in out and "2 rows rejected" in out, (out, err)
            assert "taken as UTC" in out, out
            reasons = open(rejects).read()
            assert "row 2001 (id 2001): the timestamp \"yesterday\"" in reasons and "no JSON" in reasons, reasons
            code, out, err = call("import", "sqlite", file, "--data", data, *KEEP, "--reject", rejects, "--instance", "unknown")
            assert code == 0 and count(out, "added") == 0 and count(out, "duplicates") == 4000, (out, err)
            texts.append(export("--data", data))
        assert texts[0] == texts[1]
        assert 'disk_percent{instance="web-1",job="node",mountpoint="/"} 71.2 1735786800.250\n' in texts[0]
        assert 'cpu_core_percent{cpu="1",instance="web-1",job="node"} 1 1735786800.250\n' in texts[0]
        assert 'network_bytes_sent{device="eth0",instance="unknown",job="node"} 0 1735786800.250\n' in texts[0]
        with Oreum(*KEEP, command="serve") as oreum:
            code, out, _ = call("import", "sqlite", path, "--server", oreum.url, "--reject", rejects, "--instance", "unknown",
                                "--timezone", "Asia/Seoul")
            assert code == 0 and count(out, "added") == 4000, out
            assert "1735754400.250" in export("--server", oreum.url, "--match", "memory_percent").split("\n")[0]


def test_times_of_an_older_database_are_told_or_asked_for():
    with tempfile.TemporaryDirectory() as folder:
        value = '{"percent": 1}'
        for n, (stamps, flags, wanted) in enumerate([
                ([1735786800, 1735786801.5], [], "1735786801.500"), ([1735786800000, 1735786801500], [], "1735786801.500"),
                ([1735786800, 1735786801500], [], None), ([5, 6], [], None), ([5, 6.5], ["--timestamps", "s"], "6.500")]):
            path = os.path.join(folder, f"{n}.db")
            legacy(path, [(s, "cpu", "h", value) for s in stamps])
            db = sqlite3.connect(path)  # TEXT affinity made text of the numbers: both are told
            db.close()
            code, out, err = call("import", "sqlite", path, "--data", os.path.join(folder, f"data{n}"), *KEEP, *flags)
            if wanted is None:
                assert code == 2 and "--timestamps" in err, (stamps, out, err)
            else:
                assert code == 0 and wanted in export("--data", os.path.join(folder, f"data{n}")), (out, err)


def test_what_is_no_such_database_is_said():
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, "other.db")
        db = sqlite3.connect(other)
        db.execute("CREATE TABLE metrics(id, timestamp, value)")
        db.commit()
        db.close()
        damaged = os.path.join(folder, "damaged.db")
        legacy(damaged, [("2025-01-01 00:00:00", "cpu", "h", "1")] * 1000)
        with open(damaged, "r+b") as f:
            f.seek(4096)
            f.write(b"\xA5" * 8192)
        hostile = write(os.path.join(folder, "hostile.sql"), f"ATTACH '{folder}/pwned' AS x;\nCREATE TABLE x.y(z);\n")
        for file, why in ((other, "no column"), (damaged, "damaged"), (hostile, "no statement of a dump"),
                          (write(os.path.join(folder, "empty.sql"), ""), "no table metrics"),
                          (write(os.path.join(folder, "text.sql"), "hello;\n"), "line 1")):
            code, _, err = call("import", "sqlite", file, "--data", os.path.join(folder, "data"), *KEEP)
            assert code in (1, 2) and why in err, (file, err)
        assert not os.path.exists(os.path.join(folder, "pwned"))


def test_promtool_takes_our_export():
    here = os.path.dirname(os.path.abspath(__file__))
    promtool = os.path.join(here, "..", "..", "build", "peers", "prometheus", "usr", "bin", "promtool")
    if not os.path.exists(promtool):
        assert os.environ.get("CI") != "true", "promtool is missing; ./tools/peers.sh fetches it"
        print("SKIP: promtool is missing")
        return
    with tempfile.TemporaryDirectory() as folder, Oreum("--interval", "100ms", "--slow-interval", "100ms") as oreum:
        wait_until(lambda: "node_filesystem_" in export("--server", oreum.url), "both lanes are stored")
        now = int(time.time() * 1000)
        assert oreum.write([(labels, [(now, 1.0), (now + 1, STALE)]) for labels in HOSTILE])[0] == 204
        text = export("--server", oreum.url, "--stale", "drop")
        file = write(os.path.join(folder, "all.om"), text)
        blocks = os.path.join(folder, "blocks")
        done = subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", file, blocks], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        os.mkdir(os.path.join(blocks, "wal"))  # without one, promtool takes the folder for none
        dumped = subprocess.run([promtool, "tsdb", "dump", blocks], capture_output=True, text=True, check=True).stdout
        code, out, err = call("import", "openmetrics", "-", "--format", "prometheus", "--data", os.path.join(folder, "data"), *KEEP,
                              stdin=dumped)
        assert code == 0, (out, err)
        ours = [line for line in text.split("\n") if line and not line.startswith("#")]
        assert count(out, "added") == len(ours), (out, len(ours))
        back = export("--data", os.path.join(folder, "data"), "--stale", "drop")
        assert sorted(line for line in back.split("\n") if line and not line.startswith("#")) == sorted(ours)
        kept = write(os.path.join(folder, "kept.om"), export("--server", oreum.url))
        assert "9218868437227405314\n" in open(kept).read()
        done = subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", kept, blocks + "2"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]


run_tests(globals())
