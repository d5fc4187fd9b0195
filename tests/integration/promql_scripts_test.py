"""The scripts of tests/promql/scripts say what a real Prometheus 3 says."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import run_tests  # noqa: E402
from prometheus import Prometheus, prometheus3  # noqa: E402
from promql_compare import difference_of_values  # noqa: E402
from promql_random import STALE  # noqa: E402

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "promql", "scripts")
DUMP = sys.argv[4] if len(sys.argv) > 4 else "promql_script_dump"
ONLY = sys.argv[6] if len(sys.argv) > 6 else ""  # scripts whose names match


def commands_of(script):
    done = subprocess.run([DUMP, os.path.join(SCRIPTS, script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def load(prometheus, command):
    series = []
    for line in command["series"]:
        samples = [(i * command["step"], STALE if v == "stale" else float(v))
                   for i, v in enumerate(line["values"]) if v is not None]
        if samples:
            series.append((line["labels"], samples))
    prometheus.write(series)


def ask(prometheus, command):
    if command["range"]:
        return prometheus.ask("/api/v1/query_range", query=command["query"], start=command["start"] / 1000,
                              end=command["end"] / 1000, step=command["step"] / 1000)
    return prometheus.ask("/api/v1/query", query=command["query"], time=command["start"] / 1000)


def number(v):
    return str(v)


def points(values, start, step):
    return [[(start + i * step) / 1000, number(v)] for i, v in enumerate(values) if v is not None]


def expected(command, kind):
    """What the script expects, as the API has it."""
    start, step = command["start"], command["step"]
    if "string" in command:
        return {"resultType": "string", "result": [start / 1000, command["string"]]}
    if "scalar" in command and kind == "scalar":
        return {"resultType": "scalar", "result": [start / 1000, number(command["scalar"])]}
    series = command["series"]
    if "scalar" in command:
        series = [{"labels": {}, "values": [command["scalar"]] * ((command["end"] - start) // step + 1)}]
    if command["range"]:
        return {"resultType": "matrix", "result": [{"metric": s["labels"], "values": points(s["values"], start, step)} for s in series]}
    if "ranges_start" in command:
        return {"resultType": "matrix", "result": [
            {"metric": s["labels"], "values": points(s["values"], command["ranges_start"], command["ranges_step"])} for s in series]}
    return {"resultType": "vector", "result": [{"metric": s["labels"], "value": points(s["values"], start, 1)[0]} for s in series]}


def without_place(note):
    return re.sub(r" \(\d+:\d+\)$", "", note)


def says(expectation, text):
    if expectation["match"] == "any":
        return True
    if expectation["match"] == "msg":
        return text.endswith(expectation["text"])
    return re.search(expectation["text"], text) is not None


def complaint(command, answer):
    """What of the answer is not as the script has it; None when all is."""
    fails = [e for e in command["expectations"] if e["kind"] == "fail"]
    if answer["status"] == "error":
        if not fails:
            return f"error {answer['error']}"
        wrong = [e for e in fails if not says(e, answer["error"])]
        return f"error {answer['error']!r}" if wrong else None
    if fails:
        return f"no error: {answer['data']['result']}"
    data = answer["data"]
    wrong = difference_of_values(expected(command, data["resultType"]), data, "labels" if command["ordered"] else None, 1e-9)
    if wrong:
        return wrong
    for kind, key in (("warn", "warnings"), ("info", "infos")):
        notes = [without_place(n) for n in answer.get(key, [])]
        wanted = [e for e in command["expectations"] if e["kind"] == kind]
        if any(not any(says(e, n) for n in notes) for e in wanted) or (command[f"no_{kind}"] and notes) or (
                wanted and any(not any(says(e, n) for e in wanted) for n in notes)):
            return f"{key} {notes}"
    return None


def check_script(script):
    wrong, checked, server = [], 0, None
    try:
        for command in commands_of(script):
            if command["command"] == "clear" or server is None:
                if server:
                    server.__exit__()
                server = Prometheus(prometheus3(), three=True)
            if command["command"] == "load":
                load(server, command)
            elif command["command"] == "eval":
                checked += 1
                said = complaint(command, ask(server, command))
                if said:
                    wrong.append(f"{script}:{command['line']}: {command['query']}: {said}")
    finally:
        if server:
            server.__exit__()
    print(f"     {script}: {checked} queries")
    return wrong


def test_scripts_say_what_prometheus_3_says():
    wrong = []
    for script in sorted(os.listdir(SCRIPTS)):
        if script.endswith(".test") and ONLY in script:
            wrong += check_script(script)
    assert not wrong, "\n" + "\n".join(wrong)


if prometheus3() is None:
    print("SKIP: there is no Prometheus 3; ./tools/prometheus3.sh builds one")
    sys.exit(77)
run_tests(globals())
