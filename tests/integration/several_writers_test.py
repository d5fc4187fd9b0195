"""Several real programs on one real PostgreSQL: each answers what the others were sent, one leads, the others take over
when it is killed, and a server that is replaced by its standby loses nothing that was acknowledged."""

import os
import random
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402
from pusher import Pusher  # noqa: E402

ROUNDS = int(os.environ.get("OREUM_TEST_ROUNDS", "4"))  # of kills; 100 for the long form
POSTGRES = Postgres()


def leads(oreum):
    return oreum.metric("oreum_store_leader") == 1


def writing(oreum, name):
    """Its series change all the time, so that writers make some at the same moment."""
    return Pusher(oreum, name, series=20, renew=50, mortal=True)


def several(database, n, *flags, **kwargs):
    POSTGRES.sql(f"CREATE DATABASE {database}")
    return [Oreum("--store", POSTGRES.url(database), "--retention", "0", *flags, command="serve", **kwargs)
            for _ in range(n)]


def close(oreums):
    for oreum in oreums:
        oreum.__exit__()


def test_each_answers_what_the_others_were_sent():
    oreums = several("each", 3, "--admin-api")
    try:
        assert [leads(o) for o in oreums] == [True, False, False]
        now = int(time.time() * 1000) - 60_000
        for n, oreum in enumerate(oreums):
            status, text = oreum.write([({"__name__": "one", "to": str(n)}, [(now, n)])])
            assert status == 204, text
        for oreum in oreums:
            began = time.monotonic()
            wait_until(lambda o=oreum: len(o.samples("one", now - 1, now + 1)) == 3, "all samples are seen")
            print(f"  seen after {time.monotonic() - began:.2f} s")
        # The same series and time: one wins, the others are told.
        results = [oreum.write([({"__name__": "contested"}, [(now, float(n))])])[0] for n, oreum in enumerate(oreums)]
        assert results[0] == 204, results
        assert sum(o.metric("oreum_store_conflicts_total") for o in oreums) == 2
        # What the leader alone does, it is asked for by name.
        code, out, err = call("delete", "one", "--server", oreums[1].url, "--yes")
        assert code != 0 and f"pid {oreums[0].process.pid}" in out + err, (code, out, err)
        status, _, body = oreums[1].request("POST", "/api/v1/migrations?to=" + urllib.parse.quote("sqlite:/tmp/x", safe=""))
        assert status >= 400 and f"pid {oreums[0].process.pid}" in body.decode(), (status, body)
    finally:
        close(oreums)


def test_a_follower_takes_over_when_the_leader_is_killed():
    oreums = several("killed", 2)
    try:
        a, b = oreums
        with writing(a, "a") as pa, writing(b, "b") as pb:
            pa.wait_for_more(300)  # some of it is sealed
            pb.wait_for_more(300)
            a.kill()
            wait_until(lambda: leads(b), "the follower leads")
            assert b.metric("oreum_store_take_overs_total") == 1
            seals = b.metric("oreum_store_seals_total")
            wait_until(lambda: b.metric("oreum_store_seals_total") > seals, "it seals")
            pb.wait_for_more()
            a.start()
            assert not leads(a)
            pa.wait_for_more()
        for pusher in (pa, pb):
            pusher.check(a, b)
        b.stop()
        wait_until(lambda: leads(a), "the other one leads")
        a.stop()
        b.start()
        for pusher in (pa, pb):
            pusher.check(b)
    finally:
        close(oreums)


def test_random_kills_lose_nothing():
    oreums = several("random_kills", 2)
    try:
        with writing(oreums[0], "a") as pa, writing(oreums[1], "b") as pb:
            for n in range(ROUNDS):
                victim = random.choice(oreums)
                time.sleep(random.random())  # the moment is the point of the test
                what = random.random()
                if what < 0.25:
                    POSTGRES.kill()
                    POSTGRES.start()
                elif what < 0.5:
                    POSTGRES.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'random_kills'")
                else:
                    victim.kill()
                    victim.start()
                pa.wait_for_more()
                pb.wait_for_more()
                wait_until(lambda: sum(leads(o) for o in oreums) == 1, "one leads")
                print(f"  round {n}: {pa.acknowledged} and {pb.acknowledged} batches")
        for pusher in (pa, pb):
            pusher.check(*oreums)
        for oreum in oreums:
            oreum.stop()
        oreums[0].start()
        for pusher in (pa, pb):
            pusher.check(oreums[0])
    finally:
        close(oreums)


def test_away_from_postgres_while_another_one_writes_to_it():
    oreums = several("away", 2)
    try:
        a, b = oreums
        target = "sqlite:" + os.path.join(a.data, "moved")
        with writing(a, "a") as pa, writing(b, "b") as pb:
            pa.wait_for_more()
            pb.wait_for_more()
            code, out, err = call("migrate", "run", "--to", target, "--yes", "--server", a.url)
            assert code == 0, (out, err)
            pa.wait_for_more()
            # What the other one is sent now is refused: this store is not the store of record.
            status, text = b.write([({"__name__": "x"}, [(pb.first, 1.0)])])
            assert status == 503 and "not the store of record" in text, (status, text)
        for pusher in (pa, pb):
            pusher.check(a)
    finally:
        close(oreums)


def test_a_standby_takes_the_place_of_a_primary_that_dies():
    with Postgres() as primary:
        primary.sql("CREATE DATABASE metrics")
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        with primary.standby() as standby:
            primary.sql("SELECT pg_reload_conf()")
            wait_until(lambda: primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1",
                       "the standby is synchronous")
            url = f"postgres://admin@/metrics?host={primary.folder},{standby.folder}"
            oreums = [Oreum("--store", url, "--retention", "0", command="serve") for _ in range(2)]
            try:
                with writing(oreums[0], "a") as pa, writing(oreums[1], "b") as pb:
                    pa.wait_for_more(100)
                    pb.wait_for_more(100)
                    primary.kill()
                    standby.sql("ALTER SYSTEM RESET synchronous_standby_names")  # it has none of its own
                    standby.sql("SELECT pg_reload_conf()")
                    standby.promote()
                    pa.wait_for_more(100)
                    pb.wait_for_more(100)
                    wait_until(lambda: sum(leads(o) for o in oreums) == 1, "one leads")
                for pusher in (pa, pb):
                    pusher.check(*oreums)
            finally:
                close(oreums)


def test_out_of_connections_delays_only():
    with Postgres(settings=("-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=12", "-c",
                            "superuser_reserved_connections=3")) as postgres:
        for text in ("CREATE ROLE app LOGIN", "CREATE DATABASE metrics OWNER app", "CREATE DATABASE crowd"):
            postgres.sql(text)
        with Oreum("--store", postgres.url("metrics", user="app"), "--retention", "0", command="serve") as oreum:
            with writing(oreum, "a") as pusher:
                pusher.wait_for_more()
                hogs = [postgres.open_session("crowd", "app") for _ in range(12)]
                try:
                    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'metrics'")
                    hogs += [postgres.open_session("crowd", "app") for _ in range(12)]
                    status, text = oreum.write([({"__name__": "x"}, [(1, 1.0)])])
                    print(f"  while the server is full: {status} {text.strip()[:100]}")
                finally:
                    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'crowd'")
                    for hog in hogs:
                        hog.kill()
                        hog.wait()
                pusher.wait_for_more()
            pusher.check(oreum)


try:
    run_tests(globals())
finally:
    POSTGRES.__exit__()
