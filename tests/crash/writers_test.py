"""Several real programs on one real PostgreSQL schema, all written to and all killed at random with SIGKILL, and so is the
server, also while one of them leads the store away to another schema or to SQLite and back. At the end every acknowledged
sample is in the store of record exactly once, bit for bit, and nothing waits in a spool. OREUM_WRITERS_ROUNDS sets how
often something is killed in each test (default 6; the long form: 100)."""

import os
import random
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from odd import LONG, check_stored, labels_of, read_openmetrics, samples_of  # noqa: E402
from oreum import PATIENCE, Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402

ROUNDS = int(os.environ.get("OREUM_WRITERS_ROUNDS", "6"))
ROUNDS_OF_A_STORE = 25  # each checks all of it
WRITERS = 3
PACE = 0.01  # seconds between batches: what is written is checked in the end
SERIES = 24  # all of them write all of these
START_MS = 1_600_000_000_000
LEFT = "not the store of record"
SERVER = Postgres()


def cut_off(error):
    return isinstance(error, OSError) or "http.client" in type(error).__module__


class Ledger:
    """What was sent and what was acknowledged: {series: times}. Thread-safe."""

    def __init__(self):
        self.sent, self.acknowledged, self.clock = {}, {}, START_MS
        self.lock = threading.Lock()

    def next_batch(self):
        """In order, late, before 1970, and now and then what somebody sent before."""
        with self.lock:
            self.clock += random.randrange(20, 1500)
            batch = []
            for series in random.sample(range(SERIES), random.randrange(1, 8)):
                if series == LONG and random.random() < 0.95:
                    continue  # exports repeat its label with each sample
                start = random.choices((self.clock, -self.clock // 7, START_MS + random.randrange(100_000)), (8, 1, 1))[0]
                times = {start + i * 10 for i in range(random.randrange(1, 5))}
                batch.append((series, times))
                self.sent.setdefault(series, set()).update(times)
            return batch

    def acknowledge(self, batch):
        with self.lock:
            for series, times in batch:
                self.acknowledged.setdefault(series, set()).update(times)

    def count(self):
        with self.lock:
            return sum(map(len, self.acknowledged.values()))


class Writer:
    """An Oreum with a data folder of its own, and a thread that writes to it."""

    def __init__(self, folder, name, urls, ledger):
        self.name, self.urls, self.ledger = name, urls, ledger
        self.data = os.path.join(folder, name)
        os.makedirs(self.data)
        self.oreum, self.where, self.left, self.failed = None, None, False, None
        self.going = True
        self.thread = threading.Thread(target=self.run)

    def alive(self):
        return self.oreum is not None and self.oreum.process.poll() is None

    def kill(self):
        if self.alive():
            self.oreum.kill()

    def start(self):
        """On the store of record, as a person would lead it there. False: that is one process's alone, and has it."""
        give_up = time.monotonic() + PATIENCE
        while True:
            for where, url in self.urls.items():
                oreum = Oreum("--retention", "0", "--store", url, command="serve", data=self.data, start=False)
                try:
                    self.oreum, self.where, self.left = oreum.start(), where, False
                    return True
                except AssertionError as refusal:
                    if "in use by another Oreum" in str(refusal):
                        return False
                    last = f"{where}: {refusal}"
            assert time.monotonic() < give_up, f"{self.name} cannot be started: {last}"

    def run(self):
        try:
            while self.going:
                if not self.alive():
                    time.sleep(0.02)
                    continue
                self.push(self.ledger.next_batch())
                time.sleep(PACE)
        except Exception as e:  # noqa: BLE001: told by stop()
            self.failed = e

    def push(self, batch):
        try:
            status, text = self.oreum.write([(labels_of("moved", s), samples_of(s, sorted(t))) for s, t in batch])
        except Exception as e:  # noqa: BLE001
            if not cut_off(e):
                raise
            time.sleep(0.02)
            return
        if status == 204:
            self.ledger.acknowledge(batch)
            return
        assert status == 503, (status, text)
        self.left = LEFT in text
        time.sleep(0.02)

    def stop(self):
        self.going = False
        self.thread.join()
        assert self.failed is None, self.failed

    def ask(self, method, path):
        """Status and JSON of the API of migrations, or None."""
        try:
            status, _, body = self.oreum.request(method, "/api/v1/migrations" + path)
        except Exception as e:  # noqa: BLE001
            if not cut_off(e):
                raise
            return None
        return body if status == 200 else None

    def migration(self):
        try:
            return self.oreum.get_json("/api/v1/migrations") if self.alive() else None
        except Exception as e:  # noqa: BLE001
            if not cut_off(e) and not isinstance(e, AssertionError):
                raise
            return None

    def problem(self):
        """What is wrong with what it answers, or None."""
        stored = read_openmetrics(self.oreum.get("/api/v1/export", format="openmetrics"), "moved")
        try:
            check_stored(stored, self.ledger.acknowledged, self.ledger.sent, self.name)
        except AssertionError as e:
            return str(e)
        return None

    def settled(self):
        return self.oreum.store_health()["status"] == "ok"


class World:
    def __init__(self, folder, urls):
        self.urls, self.ledger = urls, Ledger()
        self.writers = [Writer(folder, f"writer{n}", urls, self.ledger) for n in range(WRITERS)]
        self.states, self.going = set(), True
        self.driver = threading.Thread(target=self.drive)

    def __enter__(self):
        for writer in self.writers:
            writer.start()
            writer.thread.start()
        self.driver.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.driver.join()
        for writer in self.writers:
            writer.going = False
            writer.thread.join()
            writer.kill()

    def migration(self):
        """As whoever knows most tells it; None when nobody answers."""
        told = [status for status in (writer.migration() for writer in self.writers) if status]
        return max(told, key=lambda s: (s.get("switches", 0), s["commands"]), default=None)

    def post(self, path):
        """To all: who does not lead the store refuses."""
        for writer in self.writers:
            if writer.alive():
                writer.ask("POST", path)

    def drive(self):
        """There and back again and again, however often somebody dies."""
        while self.going:
            status = self.migration()
            if status is not None:
                self.states.add(status["state"])
                if status["state"] is None:
                    self.post("?to=" + urllib.parse.quote(self.urls["b"], safe=""))
                elif status["state"] == "READY":
                    self.post("/switch")
                elif status["state"] == "SOAK" and random.random() < 0.1:
                    self.post("/reverse")
            time.sleep(0.05)

    def kill_something(self):
        time.sleep(random.uniform(0.02, 0.6))  # the moment is the point of the test
        victims = random.sample(self.writers, random.choice((1, 1, 2)))
        what = random.random()
        if what < 0.45:
            SERVER.kill()
            if what < 0.15:
                victims[0].kill()
            time.sleep(random.uniform(0, 0.3))
            SERVER.start()
        elif what < 0.6:
            SERVER.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'oreum%'")
        else:
            for victim in victims:
                victim.kill()
        if random.random() < 0.8:
            self.revive()

    def revive(self):
        """Starts who is dead, and leads who was left behind to the store of record."""
        for writer in self.writers:
            if writer.alive() and writer.left:
                writer.kill()
            if not writer.alive():
                writer.start()

    def come_home(self):
        """The first store is of record again, and all have it."""
        self.going = False
        self.driver.join()

        def home():
            self.revive()
            status = self.migration()
            if status is None or status.get("asked"):
                return None
            if status["state"] == "SOAK" and status["store_of_record"]["url"] != self.urls["a"]:
                self.post("/reverse")
                return None
            return status["state"] in (None, "READY", "SOAK")
        wait_until(home, lambda: f"the first store is of record again: {self.migration()}", 4 * PATIENCE)
        for writer in self.writers:
            writer.stop()
            writer.kill()
        for writer in self.writers:
            writer.start()
            assert writer.where == "a"

    def check(self):
        """Nothing waits, and all answer the same."""
        print(f"     {self.ledger.count()} samples acknowledged; states seen: {sorted(map(str, self.states))}", flush=True)
        for writer in self.writers:
            wait_until(writer.settled, lambda w=writer: f"all is given away: {w.name}: {w.oreum.store_health()}")
            assert writer.oreum.metric("oreum_spool_refused_samples_total") == 0
            assert writer.oreum.metric("oreum_store_conflicts_total") == 0
            spool = os.path.join(writer.data, "spool")
            assert not any(files for _, _, files in os.walk(spool)), list(os.walk(spool))
        for writer in self.writers:
            wait_until(lambda w=writer: w.problem() is None, lambda w=writer: f"all is answered: {w.problem()}")
        status = self.migration()
        if status["state"] is None:
            return
        leader = next(writer for writer in self.writers if writer.oreum.metric("oreum_store_leader") == 1)
        for event in ("verify", "complete" if status["state"] == "SOAK" else "cancel"):
            before = leader.migration()["commands"]
            leader.ask("POST", "/" + event)
            wait_until(lambda n=before: leader.migration()["commands"] > n, lambda e=event: f"{e}: {leader.migration()}")
            done = leader.migration()
            assert done["verify"]["repaired"] == 0 and done["conflicts"]["samples"] == 0, done
        assert done["state"] in ("COMPLETED", "CANCELLED"), done
        if done["state"] == "COMPLETED" and self.urls["b"].startswith("sqlite:"):
            code, out, err = call("export", "openmetrics", "--data", self.urls["b"].removeprefix("sqlite:"))
            assert code == 0, err
            check_stored(read_openmetrics(out, "moved"), self.ledger.acknowledged, self.ledger.sent, "the store left behind")


def killed_at_random(name, other):
    for n, first in enumerate(range(0, ROUNDS, ROUNDS_OF_A_STORE)):
        database = f"{name}{n}"
        SERVER.sql(f"CREATE DATABASE {database}")
        with tempfile.TemporaryDirectory(prefix="oreum-writers-") as folder:
            urls = {"a": SERVER.url(database), "b": other(database, folder)}
            with World(folder, urls) as world:
                for _ in range(first, min(first + ROUNDS_OF_A_STORE, ROUNDS)):
                    world.kill_something()
                world.come_home()
                world.check()


def test_killed_while_one_leads_the_store_to_another_schema():
    killed_at_random("schemas", lambda database, _: SERVER.url(database, schema="elsewhere"))


def test_killed_while_one_leads_the_store_to_sqlite():
    killed_at_random("to_sqlite", lambda _, folder: "sqlite:" + os.path.join(folder, "b"))


try:
    run_tests(globals())
finally:
    SERVER.__exit__()
