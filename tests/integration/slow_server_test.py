"""PostgreSQL at the far end of a slow, bad way: as the store of a server that collects and is written to, and as the other
side of a migration there and back. Nothing that was acknowledged is lost or doubled, whatever is swallowed or cut, and who
does not need the server does not wait for it. OREUM_SLOW_ROUNDS sets how often connections are cut (default 6)."""

import os
import random
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402
from proxy import Proxy  # noqa: E402
from pusher import Pusher  # noqa: E402
from stage import Stage  # noqa: E402

ROUNDS = int(os.environ.get("OREUM_SLOW_ROUNDS", "6"))
POSTGRES = Postgres()


def ticks(oreum):
    """Times of what was collected, in ms."""
    now = int(time.time() * 1000)
    return [t for samples in oreum.samples("node_load1", now - 600_000, now).values() for t, _ in samples]


def settled(oreum):
    return oreum.store_health()["status"] == "ok"


def test_a_store_on_a_slow_server():
    POSTGRES.sql("CREATE DATABASE slow")
    with Proxy(POSTGRES) as proxy:
        proxy.slow(0.02)
        oreum = Oreum("--store", proxy.url("slow"), "--retention", "0", command="run")
        with oreum, Pusher(oreum, "a") as a, Pusher(oreum, "b") as b:
            for delay, bandwidth in ((0.02, None), (0.05, 200_000), (0.1, None)):
                proxy.slow(delay, bandwidth)
                before = len(ticks(oreum))
                for pusher in (a, b):
                    pusher.wait_for_more(6)
                    assert pusher.newest(oreum) == pusher.series
                wait_until(lambda n=before: len(ticks(oreum)) >= n + 2, "ticks are stored")
                assert oreum.store_health()["status"] == "ok"
            for pusher in (a, b):
                pusher.stop()
                assert pusher.put_off == 0, pusher.refusals
            assert oreum.metric("oreum_recorder_dropped_ticks_total") == 0
            assert oreum.metric("oreum_recorder_retries_total") == 0
            assert oreum.metric("oreum_spool_spooled_samples_total") == 0
            there = ticks(oreum)
            oreum.stop()
            oreum.start()
            assert there == ticks(oreum)[:len(there)] and len(there) == len(set(there))
            a.check(oreum)
            b.check(oreum)


def test_who_does_not_need_a_server_that_hangs_does_not_wait_for_it():
    POSTGRES.sql("CREATE DATABASE hangs")
    with Proxy(POSTGRES) as proxy, Oreum("--store", proxy.url("hangs"), "--retention", "0", command="serve") as oreum:
        pusher = Pusher(oreum)
        pusher.push_many(20)
        proxy.stop()
        push = threading.Thread(target=pusher.push)
        push.start()
        try:
            for _ in range(20):
                assert oreum.store_health()["status"] in ("ok", "failing")
                assert oreum.request("GET", "/readyz")[0] in (200, 503)
                assert pusher.newest(oreum) == pusher.series, "what is in memory is answered"
            assert push.is_alive(), "its commit is still on the way"
            assert pusher.acknowledged == 20
            proxy.cut()
            push.join()  # to the spool: nobody can say whether the commit was done
            pusher.push_many(20)
            assert pusher.newest(oreum) == pusher.series
            assert oreum.store_health()["status"] == "degraded"
        finally:
            proxy.go_on()
            proxy.cut()
            push.join()
        wait_until(lambda: settled(oreum), "the spool is emptied")
        pusher.check(oreum)
        assert oreum.metric("oreum_spool_refused_samples_total") == 0
        oreum.stop()


def test_commits_whose_connection_is_cut_lose_and_double_nothing():
    POSTGRES.sql("CREATE DATABASE cut")
    with Proxy(POSTGRES) as proxy:
        oreums = [Oreum("--store", proxy.url("cut"), "--retention", "0", command="serve") for _ in range(2)]
        proxy.slow(0.005)
        try:
            with Pusher(oreums[0], "a", renew=50) as a, Pusher(oreums[1], "b", renew=50) as b:
                for n in range(ROUNDS):
                    proxy.lose_commits = random.choice((0.02, 0.2, 0.7))
                    for pusher in (a, b):
                        pusher.wait_for_more(random.randrange(10, 60))
                    if n % 2 == 0:
                        proxy.cut()
                proxy.lose_commits = 0.0
                print(f"     commits cut: {proxy.lost}")
                for pusher in (a, b):
                    pusher.wait_for_more()
            assert min(proxy.lost.values()) > 0, proxy.lost
            assert a.put_off + b.put_off == 0, a.refusals + b.refusals
            for oreum in oreums:
                wait_until(lambda o=oreum: settled(o), "the spool is emptied")
                assert oreum.metric("oreum_spool_refused_samples_total") == 0
            for pusher in (a, b):
                pusher.check(*oreums)
            for oreum in oreums:
                oreum.stop()
            oreums[0].start()
            for pusher in (a, b):
                pusher.check(oreums[0])
        finally:
            for oreum in oreums:
                oreum.__exit__()


def ask(stage, event):
    """Asks for it, and answers how it went."""
    before = stage.status()["commands"]
    wait_until(lambda: stage.oreum.request("POST", "/api/v1/migrations/" + event)[0] == 202, f"the {event} is taken")
    return wait_until(lambda: (lambda s: s if s["commands"] > before and not s["asked"] else None)(stage.status()),
                      lambda: f"the {event} is done or put off: {stage.status()}")


def switch(stage, event):
    """Asks until it is switched: the machine may be slower than the way."""
    switches = stage.status()["switches"]
    status = wait_until(lambda: (lambda s: s if s["switches"] > switches else None)(ask(stage, event)),
                        lambda: f"the {event}: {stage.status()['refused']}")
    print(f"     {event}: writes waited {status['writes_waited_seconds']} s")


def finish(stage, put_off=0):
    """Both stores are the same, and nothing had to be repaired for it."""
    status = ask(stage, "verify")
    assert status["verify"]["repaired"] == 0 and status["conflicts"]["samples"] == 0, status
    assert stage.pusher.put_off == put_off, stage.pusher.refusals
    stage.pusher.check(stage.oreum)
    stage.oreum.stop()


def test_a_migration_to_a_slow_server_and_back():
    with Proxy(POSTGRES) as proxy, Stage(POSTGRES, "far", proxy.url("far")) as stage:
        with stage.pusher as pusher:
            proxy.slow(0.02, 2_000_000)
            stage.post("?to=" + urllib.parse.quote(stage.url, safe=""))
            stage.wait_for("READY")
            pusher.wait_for_more()
            # Too slow for the time that writes may wait: it is put off, as often as one likes, and writes go on.
            proxy.slow(0.5)
            for _ in range(2):
                status = ask(stage, "switch")
                assert "not switched: " in status["refused"] and status["state"] == "READY", status
                pusher.wait_for_more()
            proxy.slow(0.02)
            switch(stage, "switch")
            pusher.wait_for_more()
            assert pusher.newest(stage.oreum) == pusher.series
            switch(stage, "reverse")
            pusher.wait_for_more()
            switch(stage, "reverse")
        finish(stage)


def test_a_switch_is_put_off_when_the_server_hangs():
    with Proxy(POSTGRES) as proxy, Stage(POSTGRES, "hung", proxy.url("hung")) as stage:
        stage.post("?to=" + urllib.parse.quote(stage.url, safe=""))
        stage.wait_for("READY")
        with stage.pusher as pusher:
            pusher.wait_for_more()
            before = stage.status()["commands"]
            proxy.trap = (b"migration.hold", "stop")  # when writes wait already
            stage.post("/switch")
            wait_until(lambda: proxy.trap is None, "the server hangs")
            pusher.wait_for_more(100)
            assert pusher.put_off == 0, pusher.refusals
            proxy.go_on()
            wait_until(lambda: stage.status()["commands"] > before, "the switch is put off")
            assert "not switched: " in stage.status()["refused"], stage.status()
            switch(stage, "switch")
            pusher.wait_for_more()
        finish(stage)


def test_a_switch_whose_commit_gets_no_answer():
    with Proxy(POSTGRES) as proxy, Stage(POSTGRES, "unanswered", proxy.url("unanswered")) as stage:
        with stage.pusher as pusher:
            stage.migrate("run", "--to", stage.url, "--yes")
            pusher.wait_for_more()
            before = stage.status()["commands"]
            proxy.trap = (b"migration.routing", "away")
            stage.post("/reverse")
            pusher.wait_until_put_off()  # which store is of record nobody can say
            proxy.come_back()
            wait_until(lambda: stage.status()["commands"] > before, "it is known how the switch ended")
            pusher.wait_for_more()
        status = stage.status()
        assert status["store_of_record"]["url"] == stage.sqlite and status["switches"] == 2, status
        pusher.check(stage.oreum)
        stage.oreum.stop()
        stage.oreum.start()  # on SQLite, which is the store of record
        wait_until(lambda: not stage.status()["problem"], "it follows again")
        finish(stage, put_off=pusher.put_off)


def test_a_server_that_becomes_slow_and_is_cut_off_in_soak():
    with Proxy(POSTGRES) as proxy, Stage(POSTGRES, "soaks", proxy.url("soaks")) as stage:
        with stage.pusher as pusher:
            stage.migrate("run", "--to", stage.url, "--yes")
            for n in range(ROUNDS):
                proxy.slow(random.choice((0.0, 0.01, 0.03)))
                proxy.lose_commits = random.choice((0.05, 0.3))
                pusher.wait_for_more(30)
                if n % 2 == 0:
                    proxy.cut()
                pusher.wait_for_more(30)
                if n % 3 == 2:  # the other way round: SQLite is of record, and the server follows
                    proxy.lose_commits = 0.0
                    switch(stage, "reverse")
            proxy.lose_commits = 0.0
            print(f"     commits cut: {proxy.lost}")
            assert min(proxy.lost.values()) > 0, proxy.lost
            pusher.wait_for_more()
        proxy.slow(0.0)
        wait_until(lambda: settled(stage.oreum) and not stage.status()["problem"], "all is well again")
        finish(stage)


try:
    run_tests(globals())
finally:
    POSTGRES.__exit__()
