"""The real program and a real PostgreSQL: as the store of a server, and as the target of a migration there and back
again, with servers that are killed on the way and targets that cannot be used."""

import os
import random
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402
from pusher import Pusher  # noqa: E402
from stage import Stage  # noqa: E402

POSTGRES = Postgres()


def test_a_server_keeps_its_samples_in_postgres():
    POSTGRES.sql("CREATE DATABASE plain")
    url = POSTGRES.url("plain", user="locked:s3cret")
    with Oreum("--retention", "0", "--store", url, command="serve") as oreum:
        pusher = Pusher(oreum)
        for _ in range(30):
            pusher.push()
        pusher.check(oreum)
        shown = oreum.get("/api/v1/status/config") + oreum.get("/api/v1/status/flags")
        assert "postgres://locked:" in shown and "s3cret" not in shown, shown
        assert not os.path.exists(os.path.join(oreum.data, "oreum.db"))
        oreum.kill()
        # By the environment as well.
        del oreum.flags[oreum.flags.index("--store"):][:2]
        oreum.flags = [word for word in oreum.flags if word not in ("--store", url)]
        oreum.env["OREUM_STORE"] = url
        oreum.start()
        pusher.oreum = oreum
        pusher.push()
        pusher.check(oreum)
        oreum.stop()
        with open(os.path.join(oreum.data, "log"), encoding="utf-8") as log:
            assert "s3cret" not in log.read()


def test_to_postgres_and_back_and_there_again_under_ingest():
    with Stage(POSTGRES, "there_and_back") as stage:
        with stage.pusher as pusher:
            out = stage.migrate("plan", "--to", stage.url)
            assert "oreum" in out, out
            assert POSTGRES.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'oreum'", stage.database) == "0"
            stage.migrate("run", "--to", stage.url, "--yes")
            for step in ("verify", "reverse", "verify", "reverse"):
                pusher.wait_for_more()
                stage.migrate(step)
        assert pusher.put_off == 0
        status = stage.status()
        assert status["state"] == "SOAK" and status["switches"] == 3, status
        assert status["verify"]["repaired"] == 0 and status["conflicts"]["samples"] == 0, status
        assert status["store_of_record"]["url"] == stage.url, status
        pusher.check(stage.oreum)

        # A start on the store that was left says which one is of record, and is refused.
        stage.oreum.stop()
        code, _, err = call("serve", "--data", stage.oreum.data, "--listen", "127.0.0.1:0")
        assert code == 1 and "is not the store of record" in err and f"--store {stage.url}" in err, err
        stage.oreum.flags += ["--store", stage.url]
        stage.oreum.start()
        pusher.check(stage.oreum)
        # Back from there, and it is the other one that is refused.
        stage.migrate("reverse")
        stage.oreum.stop()
        code, _, err = call("serve", "--data", stage.oreum.data, "--listen", "127.0.0.1:0", "--store", stage.url)
        assert code == 1 and "is not the store of record" in err and stage.sqlite in err, err
        stage.oreum.flags[-1] = stage.sqlite
        stage.oreum.start()
        pusher.push()
        pusher.check(stage.oreum)
        stage.migrate("complete")
        assert stage.status()["state"] == "COMPLETED"


def test_a_rehearsal_goes_the_whole_way_and_leaves_nothing():
    with Stage(POSTGRES, "rehearsed") as stage:
        def tables(schema):
            return POSTGRES.sql(f"SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text = '{schema}'",
                                "rehearsed")
        out = stage.migrate("plan", "--to", stage.url)
        assert "by a short trial" in out and "its clock: " in out and "room there: not to be told" in out, out
        with stage.pusher as pusher:
            out = stage.migrate("rehearse", "--to", stage.url)
            assert "PASSED" in out and "verify" in out and "0 refused" in out and "0 failed" in out, out
            assert stage.status()["state"] is None
            assert tables("oreum") == tables("oreum_rehearsal") == "0"
            assert not os.path.exists(os.path.join(stage.oreum.data, "rehearsal"))

            # One that is killed on the way is tidied up after by the next start.
            stage.post("/rehearse?to=" + urllib.parse.quote(stage.url, safe=""))
            stage.migrate("start", "--to", stage.url, refused="a rehearsal is under way")
            wait_until(lambda: tables("oreum_rehearsal") != "0", "it is at work")
            pusher.going = False
            pusher.thread.join()
            stage.oreum.kill()
        stage.oreum.start()
        stage.pusher.oreum = stage.oreum
        wait_until(lambda: tables("oreum_rehearsal") == "0", "what it left goes")
        wait_until(lambda: not os.path.exists(os.path.join(stage.oreum.data, "rehearsal")), "here, too")
        stage.pusher.push()
        stage.pusher.check(stage.oreum)
        stage.migrate("run", "--to", stage.url, "--yes")
        out = stage.migrate("report")
        assert "states:" in out and "SOAK" in out and "VERIFY" in out, out


def test_targets_that_cannot_be_used_change_nothing():
    with Stage(POSTGRES, "refused") as stage, tempfile.TemporaryDirectory() as nowhere:
        POSTGRES.sql("CREATE TABLE theirs(a int)", "refused")
        POSTGRES.sql("CREATE DATABASE foreign_one")
        foreign = POSTGRES.url("foreign_one")
        with Oreum("--store", foreign, command="serve") as other:
            assert other.write(stage.pusher.batch(0))[0] == 204
            cases = [(foreign, "do not come from this store")]
            for url, text in cases:
                stage.migrate("plan", "--to", url, refused=text)
            other.stop()
        for url, text in [
                (foreign, "do not come from this store"),
                (POSTGRES.url("refused", user="locked:wr0ng"), "password authentication failed"),
                (POSTGRES.url("refused", user="locked"), "no password supplied"),
                (POSTGRES.url("refused", user="guest"), "may not make tables"),
                (POSTGRES.url("refused", user="crowded"), "too many connections"),
                (POSTGRES.url("refused", user="nobody_knows"), "does not exist"),
                (POSTGRES.url("refused", schema="public"), "holds something else"),
                (POSTGRES.url("refused", schema="No-Name"), "is no name for a schema"),
                (POSTGRES.url("not_there"), "make the database first"),
                (POSTGRES.url("refused", host=nowhere), "the server running"),
                ("postgres://admin@127.0.0.1:1/refused", "connecting to postgres://admin@127.0.0.1:1"),
                ("postgres://admin:s3cret@wr0ng@127.0.0.1/refused", "malformed"),
                ("mysql://root:s3cret@db/x", "expected sqlite:"),
                (stage.sqlite, "is the store to be migrated itself")]:
            stage.migrate("plan", "--to", url, refused=text)
            stage.migrate("start", "--to", url, refused=text)
            assert stage.status()["state"] is None, (url, stage.status())
        assert POSTGRES.sql("SELECT string_agg(relname, ',') FROM pg_class WHERE relkind = 'r' AND relnamespace IN "
                            "('public'::regnamespace)", "refused") == "theirs"
        assert POSTGRES.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'oreum'", "refused") == "0"
        stage.pusher.push()
        stage.pusher.check(stage.oreum)


def test_a_store_is_not_migrated_onto_itself_by_another_name():
    POSTGRES.sql("CREATE DATABASE itself")
    with Oreum("--store", POSTGRES.url("itself"), command="serve") as oreum:
        other_name = POSTGRES.url("itself", user="locked:s3cret")
        code, out, err = call("migrate", "plan", "--to", other_name, "--server", oreum.url)
        assert code != 0 and "is the store to be migrated itself" in out + err and "s3cret" not in out + err, (out, err)


def test_while_the_database_is_away_samples_wait_in_the_spool():
    POSTGRES.sql("CREATE DATABASE spooled")
    with Oreum("--store", POSTGRES.url("spooled"), "--retention", "0", command="serve") as oreum:
        with Pusher(oreum) as pusher:
            pusher.wait_for_more()
            POSTGRES.kill()
            pusher.wait_for_more(200)
            assert pusher.put_off == 0, "everything is taken"
            wait_until(lambda: oreum.metric("oreum_spool_samples") > 0, "samples wait")
            assert oreum.store_health()["status"] == "degraded" and "wait in the spool" in oreum.store_health()["reasons"][0]
            assert oreum.request("GET", "/readyz")[0] == 200
            assert pusher.newest(oreum) == pusher.series, "what waits is read, too"
            POSTGRES.start()
            wait_until(lambda: oreum.store_health()["status"] == "ok", "the spool is emptied")
            pusher.wait_for_more()
        pusher.check(oreum)

        # Oreum is killed with samples in the spool, and the database is there when it is back.
        POSTGRES.kill()
        for _ in range(50):
            pusher.push()
        assert pusher.put_off == 0
        oreum.kill()
        POSTGRES.start()
        oreum.start()
        pusher.oreum = oreum
        for _ in range(50):
            pusher.push()  # after those that wait
        wait_until(lambda: oreum.store_health()["status"] == "ok" and oreum.metric("oreum_spool_samples") == 0, "the spool is emptied")
        pusher.check(oreum)
        rows = int(POSTGRES.sql("SELECT count(*) FROM oreum.journal", "spooled"))
        assert rows > 0
        oreum.stop()
        spool = os.path.join(oreum.data, "spool")
        assert not any(files for _, _, files in os.walk(spool)), list(os.walk(spool))


def test_without_room_for_a_spool_writes_are_put_off():
    POSTGRES.sql("CREATE DATABASE unspooled")
    with Oreum("--store", POSTGRES.url("unspooled"), "--retention", "0", "--spool-size", "0",
               command="serve") as oreum:
        with Pusher(oreum) as pusher:
            pusher.wait_for_more()
            POSTGRES.kill()
            wait_until(lambda: pusher.put_off > 0, "writes are put off")
            assert oreum.store_health()["status"] == "failing"
            POSTGRES.start()
            pusher.wait_for_more()
        pusher.check(oreum)


def test_both_killed_at_random_lose_nothing():
    rounds = int(os.environ.get("OREUM_SPOOL_ROUNDS", "6"))
    seed = int(os.environ.get("OREUM_TEST_SEED", str(random.randrange(1 << 31))))
    print(f"OREUM_TEST_SEED={seed}")
    dice = random.Random(seed)
    POSTGRES.sql("CREATE DATABASE dice")
    with Oreum("--store", POSTGRES.url("dice"), "--retention", "0", command="serve") as oreum:
        pusher = Pusher(oreum)
        for _ in range(rounds):
            for _ in range(dice.randrange(1, 40)):
                pusher.push()
            POSTGRES.kill()
            for _ in range(dice.randrange(0, 60)):
                pusher.push()
            if dice.random() < 0.5:
                oreum.kill()
                POSTGRES.start()
                oreum.start()
            else:
                POSTGRES.start()
            for _ in range(dice.randrange(0, 60)):  # while it is given back
                pusher.push()
            if dice.random() < 0.5:
                oreum.kill()
                oreum.start()
        wait_until(lambda: oreum.store_health()["status"] == "ok" and oreum.metric("oreum_spool_samples") == 0, "the spool is emptied")
        pusher.check(oreum)


def test_a_database_killed_in_any_state_delays_only():
    with Stage(POSTGRES, "killed") as stage:
        oreum = stage.oreum

        def kill(then):
            POSTGRES.kill()
            then()
            POSTGRES.start()

        with stage.pusher as pusher:
            stage.post("/limit?bytes_per_second=1")  # it stays in COPY
            stage.post("?to=" + urllib.parse.quote(stage.url, safe=""))
            stage.wait_for("COPY")

            def seen():
                wait_until(lambda: stage.status()["problem"], "the problem is told")
                pusher.wait_for_more()
                pusher_in = oreum.samples("pushed", pusher.first - 1, pusher.first + 10)
                assert len(pusher_in) == pusher.series, pusher_in
            # A connection that is idle is found broken by whoever uses it next.
            stage.post("/limit?bytes_per_second=0")
            POSTGRES.kill()
            seen()
            put_off = pusher.put_off
            POSTGRES.start()
            stage.wait_for("READY")
            kill(seen)
            wait_until(lambda: not stage.status()["problem"], "it follows again")
            assert pusher.put_off == put_off == 0, "SQLite is of record: no write waits for PostgreSQL"
            stage.post("/verify")
            kill(lambda: None)
            stage.wait_for("READY")
            stage.migrate("switch")
            pusher.wait_for_more()
            # Now it is the store of record that is away: writes wait in the spool.
            kill(seen)
            pusher.wait_for_more()
            assert pusher.put_off == 0
            wait_until(lambda: not stage.status()["problem"], "the old store follows again")
            stage.migrate("reverse")
            # It follows.
            kill(seen)
            wait_until(lambda: not stage.status()["problem"], "it follows again")
            stage.migrate("reverse")
            pusher.wait_for_more()
        stage.migrate("verify")
        status = stage.status()
        assert status["verify"]["repaired"] == 0 and status["conflicts"]["samples"] == 0, status
        pusher.check(oreum)
        stage.migrate("reverse")
        pusher.check(oreum)


try:
    run_tests(globals())
finally:
    POSTGRES.__exit__()
