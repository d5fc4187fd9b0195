"""The real program started while its real PostgreSQL is away, and several on one store of which one leads it elsewhere;
what `oreum check store` and `oreum schema` say of a store there."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402

SERIES = 10
POSTGRES = Postgres()


def batch(n, first):
    return [({"__name__": "pushed", "n": str(i)}, [(first + n * 10, n * 1.5 + i)]) for i in range(SERIES)]


def push(oreum, n, first):
    status, text = oreum.write(batch(n, first))
    assert status == 204, (status, text)


def seen(oreum, first, batches):
    """How many batches are there, each once and to the bit."""
    found = oreum.samples("pushed", first - 1, first + 10 * batches)
    counts = {len(samples) for samples in found.values()}
    for series, samples in found.items():
        i = int(series.split('n="')[1].split('"')[0])
        assert all(float(v) == (t - first) // 10 * 1.5 + i for t, v in samples), series
    return counts.pop() if len(counts) == 1 and len(found) == SERIES else 0


def health(oreum):
    return json.loads(oreum.request("GET", "/api/v1/health")[2])


def test_it_starts_while_the_server_is_away():
    with Postgres() as postgres:
        first = int(time.time() * 1000) - 3_600_000
        with Oreum("--retention", "0", "--store", postgres.url()) as oreum:
            for n in range(10):
                push(oreum, n, first)
            oreum.kill()
            postgres.kill()
            oreum.start()
            for n in range(10, 20):
                push(oreum, n, first)
            assert seen(oreum, first, 40) == 10, "what came since the start is answered"
            told = health(oreum)
            assert told["status"] == "degraded", told
            assert "wait in the spool" in told["components"]["store"]["reasons"][0], told
            oreum.kill()
            oreum.start()
            for n in range(20, 30):
                push(oreum, n, first)
            assert seen(oreum, first, 40) == 20
            postgres.start()
            wait_until(lambda: seen(oreum, first, 40) == 30, "all is there once the server is back")
            wait_until(lambda: health(oreum)["status"] == "ok", f"all is well: {health(oreum)}")
            assert oreum.get_json("/api/v1/migrations")["problem"] == "", oreum.get("/api/v1/migrations")
            # What was collected meanwhile has no gap of more than the restarts.
            up = oreum.get_json("/api/v1/query", query="count_over_time(node_load1[1h])")["data"]["result"]
            assert len(up) == 1 and float(up[0]["value"][1]) > 0, up
            oreum.stop()


def test_a_start_without_a_server_that_was_never_seen_is_refused():
    postgres_url = POSTGRES.url("nowhere", host="/nonexistent")
    with Oreum("--store", postgres_url, start=False) as oreum:
        try:
            oreum.start()
        except AssertionError as e:
            assert "nonexistent" in str(e), e
        else:
            raise AssertionError("it started")


def test_the_others_go_along_when_one_leads_the_store_elsewhere():
    POSTGRES.sql("CREATE DATABASE before; ")
    POSTGRES.sql("CREATE DATABASE after; ")
    first = int(time.time() * 1000) - 3_600_000
    flags = ("--store", POSTGRES.url("before"), "--retention", "0")
    with Oreum(*flags, command="serve") as leader, Oreum(*flags, command="serve") as follower:
        for n in range(10):
            push(leader, 2 * n, first)
            push(follower, 2 * n + 1, first)
        code, out, err = call("migrate", "run", "--to", POSTGRES.url("after"), "--yes", "--server", leader.url)
        assert code == 0, (out, err)
        slowest = 0
        for n in range(10, 20):
            push(leader, 2 * n, first)
            began = time.monotonic()
            push(follower, 2 * n + 1, first)
            slowest = max(slowest, time.monotonic() - began)
        print(f"  (the follower's slowest write took {slowest:.2f} s)")
        for oreum in (leader, follower):
            wait_until(lambda o=oreum: seen(o, first, 50) == 40, "both see all")
            assert oreum.get_json("/api/v1/migrations")["store_of_record"]["url"] == POSTGRES.url("after")
        code, out, err = call("migrate", "reverse", "--server", leader.url)
        assert code == 0, (out, err)
        push(follower, 40, first)
        push(leader, 41, first)
        for oreum in (leader, follower):
            wait_until(lambda o=oreum: seen(o, first, 50) == 42, "both see all after the way back")
            assert health(oreum)["components"]["store"]["status"] == "ok", health(oreum)
        follower.stop()
        leader.stop()
    for name in ("before", "after"):
        code, out, err = call("check", "store", "--store", POSTGRES.url(name))
        assert code == 0 and "clean" in out, (out, err)


def test_check_store_finds_what_is_wrong_in_postgres():
    POSTGRES.sql("CREATE DATABASE checked")
    first = int(time.time() * 1000) - 3_600_000
    url = POSTGRES.url("checked")
    with Oreum("--store", url, "--retention", "0", command="serve") as oreum:
        for n in range(260):
            push(oreum, n, first)
        wait_until(lambda: POSTGRES.sql("SELECT count(*) FROM oreum.pack", "checked") != "0", "packs are written")
        # Beside the running one, by a role that may only read.
        POSTGRES.sql("CREATE ROLE looker LOGIN; GRANT USAGE ON SCHEMA oreum TO looker; "
                     "GRANT SELECT ON ALL TABLES IN SCHEMA oreum TO looker", "checked")
        code, out, err = call("check", "store", "--json", "--store", POSTGRES.url("checked", user="looker"))
        report = json.loads(out)
        assert code == 0 and report["clean"] and report["pack_samples"] + report["journal_samples"] == 2600, (out, err)
        oreum.stop()
    POSTGRES.sql("UPDATE oreum.pack SET digest = digest + 1", "checked")
    code, out, err = call("check", "store", "--store", url)
    assert code == 1 and "the digest differs" in out and "pg_restore" in out, (code, out, err)
    code, out, err = call("check", "store", "--store", POSTGRES.url("checked", schema="empty"))
    assert code == 1 and "there is no store" in err, (code, out, err)


def test_schema_is_shown_and_kept_from_those_that_are_open():
    POSTGRES.sql("CREATE DATABASE laidout")
    url = POSTGRES.url("laidout")
    code, _, err = call("schema", "--store", url)
    assert code == 1 and "no store is at" in err, (code, err)
    with Oreum("--store", url, command="serve") as oreum:
        code, out, err = call("schema", "--store", url)
        assert code == 0 and "schema 1; this Oreum reads and writes schema 1" in out, (out, err)
        code, out, err = call("schema", "--store", url, "--to", "1")
        assert code == 0 and "already" in out, (out, err)
        for wrong in ("0", "2"):
            code, out, err = call("schema", "--store", url, "--to", wrong)
            assert code == 2 and "this Oreum knows 1 to 1" in err, (code, out, err)
        code, out, err = call("schema", "--data", oreum.data + "/nothing")
        assert code == 1 and "no store is at" in err, (code, out, err)
        oreum.stop()


try:
    run_tests(globals())
finally:
    POSTGRES.__exit__()
