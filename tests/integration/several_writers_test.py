"""Several real programs on one real PostgreSQL: each answers what the others were sent, one leads, the others take over
when it is killed, and a server that is replaced by its standby loses nothing that was acknowledged."""

import os
import random
import re
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402

SERIES = 20
ROUNDS = int(os.environ.get("OREUM_TEST_ROUNDS", "4"))  # of kills; 100 for the long form
POSTGRES = Postgres()


def metric(oreum, name):
    found = re.search(rf"^{name} (\S+)$", oreum.get("/metrics"), re.M)
    assert found, name
    return float(found[1])


def leads(oreum):
    return metric(oreum, "oreum_store_leader") == 1


class Pusher:
    """Remote-writes batch after batch of its own series to one Oreum, each until it is acknowledged; goes on when that
    one is killed and started again."""

    def __init__(self, oreum, name):
        self.oreum, self.name, self.acknowledged, self.failed = oreum, name, 0, None
        self.first = int(time.time() * 1000) - 3_600_000
        self.going = True
        self.thread = threading.Thread(target=self.run)

    def value(self, n, i):
        return n * 1.5 + i

    def push(self):
        n = self.acknowledged
        batch = [({"__name__": "pushed", "by": self.name, "n": str(i + n // 50)},
                  [(self.first + n * 10, self.value(n, i))]) for i in range(SERIES)]
        try:
            status, text = self.oreum.write(batch)
        except OSError:
            time.sleep(0.02)
            return
        except Exception as e:  # noqa: BLE001: killed while it answered
            assert "http.client" in type(e).__module__, e
            time.sleep(0.02)
            return
        assert status in (204, 503), (status, text)
        if status == 204:
            self.acknowledged += 1
        else:
            time.sleep(0.02)

    def run(self):
        try:
            while self.going:
                self.push()
        except Exception as e:  # noqa: BLE001: told by stop()
            self.failed = e

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.going = False
        if self.thread.is_alive():
            self.thread.join()
        assert self.failed is None, self.failed

    def wait_for_more(self, batches=20):
        least = self.acknowledged + batches
        wait_until(lambda: self.acknowledged >= least or self.failed, f"batches of {self.name} are stored")

    def problems(self, oreum):
        """What was acknowledged is there once, to the bit; one batch more may be."""
        found = oreum.samples(f'pushed{{by="{self.name}"}}', self.first - 1, self.first + 10 * (self.acknowledged + 10))
        expected = {}
        for n in range(self.acknowledged + 1):
            for i in range(SERIES):
                labels = {"__name__": "pushed", "by": self.name, "n": str(i + n // 50)}
                expected[(labels["n"], self.first + n * 10)] = (self.value(n, i), n)
        seen = set()
        for series, samples in found.items():
            number = series.split('n="')[1].split('"')[0]
            for t, v in samples:
                if (number, t) not in expected or expected[(number, t)][0] != float(v):
                    return f"{series} has {v} at {t}"
                if (number, t) in seen:
                    return f"{series} has {t} twice"
                seen.add((number, t))
        for key, (_, n) in expected.items():
            if n < self.acknowledged and key not in seen:
                return f"{self.name}: {key} is lost (batch {n} of {self.acknowledged})"
        return None

    def check(self, *oreums):
        for oreum in oreums:
            wait_until(lambda o=oreum: self.problems(o) is None, f"all is there: {self.problems(oreum)}")


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
        assert sum(metric(o, "oreum_store_conflicts_total") for o in oreums) == 2
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
        with Pusher(a, "a") as pa, Pusher(b, "b") as pb:
            pa.wait_for_more(300)  # some of it is sealed
            pb.wait_for_more(300)
            a.kill()
            wait_until(lambda: leads(b), "the follower leads")
            assert metric(b, "oreum_store_take_overs_total") == 1
            seals = metric(b, "oreum_store_seals_total")
            wait_until(lambda: metric(b, "oreum_store_seals_total") > seals, "it seals")
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
        with Pusher(oreums[0], "a") as pa, Pusher(oreums[1], "b") as pb:
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
        with Pusher(a, "a") as pa, Pusher(b, "b") as pb:
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
                with Pusher(oreums[0], "a") as pa, Pusher(oreums[1], "b") as pb:
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
            with Pusher(oreum, "a") as pusher:
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
