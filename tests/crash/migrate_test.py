"""The real binary migrates from SQLite to SQLite, or to a real PostgreSQL with the word `postgres` behind the program,
and back under continuous ingest, killed with SIGKILL at every fault point of the migration and at random moments, and so
is the server. At the end every acknowledged sample is in the store of record exactly once, bit for bit, and in the store
it left, too. OREUM_MIGRATE_ROUNDS sets the random kills (default 8); OREUM_TEST_ONLY=random
OREUM_MIGRATE_ROUNDS=200 is the long form."""

import contextlib
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from odd import LONG, bits_of, check_stored, labels_of, read_openmetrics, samples_of  # noqa: E402
from oreum import PATIENCE, Oreum, call, run_tests, wait_until  # noqa: E402
from postgres import Postgres  # noqa: E402

SERVER = Postgres() if "postgres" in sys.argv[2:] else None
ROUNDS = int(os.environ.get("OREUM_MIGRATE_ROUNDS", "8"))
START_MS = 1_600_000_000_000
SERIES = 24
DATABASES = []  # made so far
# Not soak.after_batch: whether a row is followed in SOAK or drained by the next switch is a matter of moments.
POINTS = [
    "start.after_target", "start.after_source", "capture.after_hold", "copy.after_series", "copy.after_units",
    "copy.done", "catch_up.done", "verify.after_window", "verify.done", "switch.begun", "switch.after_drain",
    "switch.after_hold", "switch.after_routing", "switch.after_target", "complete.after_own", "complete.after_other"]


class Machine:
    """An Oreum that is started again whenever it is dead, on the store that it may be started on."""

    def __init__(self, folder):
        self.folder = folder
        self.urls = {name: "sqlite:" + os.path.join(folder, name) for name in "ab"}
        if SERVER:
            database = f"moved{len(DATABASES)}"
            DATABASES.append(database)
            SERVER.sql(f"CREATE DATABASE {database}")
            self.urls["b"] = SERVER.url(database)
        self.fault = None
        self.acknowledged = {}
        self.sent = {}
        self.clock = START_MS
        self.lock = threading.Lock()
        self.running = True
        self.killer = None
        self.oreum = None
        self.starts = 0
        self.start()
        self.fill()

    def data(self, name):
        return os.path.join(self.folder, name)

    def is_sqlite(self, name):
        return self.urls[name].startswith("sqlite:")

    def start(self):
        """On a; when that is refused because b is the store of record, on b. A server that was killed may be away."""
        give_up = time.monotonic() + PATIENCE
        while not self.try_to_start():
            assert SERVER and time.monotonic() < give_up, f"neither store can be started on: {self.refusals}"

    def try_to_start(self):
        env = {"OREUM_FAULT": self.fault} if self.fault else {}
        self.refusals = []
        for name, url in self.urls.items():
            data = self.data(name)
            if name != "a" and self.is_sqlite(name) and not os.path.exists(os.path.join(data, "oreum.db")):
                continue
            oreum = Oreum("--retention", "0", "--store", url, command="serve", data=data, env=env, start=False)
            os.makedirs(data, exist_ok=True)
            try:
                self.oreum = oreum.start()
                self.starts += 1
                return True
            except AssertionError as refusal:
                self.refusals.append(str(refusal))
                if "is not the store of record" not in str(refusal):
                    assert SERVER and name == "b", refusal
        return False

    def revive(self):
        with self.lock:
            if self.oreum.process.poll() is not None:
                self.fault = None  # struck
                self.start()

    def post(self, path):
        """Status and text; None when the process died."""
        try:
            status, _, body = self.oreum.request("POST", "/api/v1/migrations" + path)
            return status, body.decode()
        except (OSError, Exception) as e:  # noqa: BLE001: cut off in any way
            if not isinstance(e, OSError) and type(e).__module__ != "http.client":
                raise
            return None

    def status(self):
        try:
            return self.oreum.get_json("/api/v1/migrations")
        except Exception as e:  # noqa: BLE001
            if not isinstance(e, OSError) and type(e).__module__ != "http.client":
                raise
            return None

    def write_for_ever(self):
        while self.running:
            self.push()

    def push(self):
        batch = []
        for series in random.sample(range(SERIES), random.randrange(1, SERIES)):
            if series == LONG and random.random() < 0.95:
                continue  # exports repeat its label with each sample
            late = random.random() < 0.1
            times = sorted({(-self.clock // 7 + i if late else self.clock + i * 10) for i in range(random.randrange(1, 9))})
            batch.append((series, times))
            self.sent.setdefault(series, set()).update(times)
        self.clock += random.randrange(200, 1500)
        request = [(labels_of("moved", s), samples_of(s, times)) for s, times in batch]
        try:
            status, text = self.oreum.write(request)
        except Exception:  # noqa: BLE001: it died, or is being started
            time.sleep(0.02)
            return
        if status == 204:
            for series, times in batch:
                self.acknowledged.setdefault(series, set()).update(times)
        else:
            assert status == 503, (status, text)

    def drive(self, writer):
        """All the way: to b, back to a, to b again, completed. Whatever dies is started again."""
        give_up = time.monotonic() + 6 * PATIENCE + 4 * ROUNDS
        while True:
            assert time.monotonic() < give_up, f"does not arrive: {self.status()}"
            self.revive()
            status = self.status()
            if status is None:
                continue
            if status["state"] == "COMPLETED":
                return status
            if status["state"] is None:
                self.post("?to=" + urllib.parse.quote(self.urls["b"], safe=""))
            elif status["state"] == "READY" and not status["asked"]:
                self.post("/switch")
            elif status["state"] == "SOAK" and not status["asked"]:
                if status["switches"] < 3 or status["switches"] % 2 == 0 or (self.killer and self.killer.is_alive()):
                    self.post("/reverse")
                else:  # what is written after completion is in one store only
                    self.running = False
                    writer.join()
                    self.post("/complete")
            time.sleep(0.05)

    def fill(self):
        """So that there are packs: a seal comes when series have enough samples."""
        times = [self.clock + i * 10 for i in range(300)]
        self.clock += 100_000
        for series in range(SERIES):
            self.sent.setdefault(series, set()).update(times)
            status, text = self.oreum.write([(labels_of("moved", series), samples_of(series, times))])
            assert status == 204, text
            self.acknowledged.setdefault(series, set()).update(times)
        wait_until(self.packs, "samples are sealed")

    def packs(self):
        with contextlib.closing(sqlite3.connect(os.path.join(self.data("a"), "oreum.db"))) as db:
            return db.execute("SELECT count(*) FROM pack").fetchone()[0]

    def go(self, killer=None):
        writer = threading.Thread(target=self.write_for_ever)
        writer.start()
        self.killer = killer
        if killer:
            killer.start()
        try:
            status = self.drive(writer)
        finally:
            self.running = False
            writer.join()
            if killer:
                killer.join()
        self.revive()
        assert status["verify"]["repaired"] == 0, status  # it is copied right, not only repaired
        assert status["conflicts"]["samples"] == 0, status
        assert status["store_of_record"]["url"] == self.urls["b"], status
        self.check()

    def check(self):
        """Both stores hold every acknowledged sample once, to the bit, and nothing that was not sent."""
        in_b = None if self.is_sqlite("b") else export("--server", self.oreum.url)
        self.oreum.stop()
        for name in "ab":
            if self.is_sqlite(name):
                code, out, err = call("check", "store", "--data", self.data(name))
                assert code == 0, out + err
            stored = read_openmetrics(export("--data", self.data(name)) if self.is_sqlite(name) else in_b, "moved")
            check_stored(stored, self.acknowledged, self.sent, name)


def export(*where):
    code, out, err = call("export", "openmetrics", *where)
    assert code == 0, err
    return out


def machine(test, fault=None):
    with tempfile.TemporaryDirectory(prefix="oreum-migrate-") as folder:
        one = Machine(folder)
        try:
            test(one, fault)
        finally:
            one.running = False
            if one.oreum.process.poll() is None:
                one.oreum.kill()


def test_forward_back_and_forward_without_a_kill():
    machine(lambda one, _: one.go())


def test_killed_at_every_fault_point():
    def one_point(one, point):
        one.oreum.kill()
        one.fault = f"migrate.{point}:kill@1"
        one.start()
        one.go()
        assert one.starts >= 3, f"{point} was not passed"

    for point in POINTS:
        machine(one_point, point)


def test_killed_at_random_moments():
    def kill(one):
        for _ in range(ROUNDS):
            time.sleep(random.uniform(0.02, 0.5))
            if SERVER and random.random() < 0.5:
                SERVER.kill()
                if random.random() < 0.3:
                    one.oreum.process.kill()
                time.sleep(random.uniform(0, 0.3))
                SERVER.start()
            else:
                one.oreum.process.kill()

    machine(lambda one, _: one.go(threading.Thread(target=kill, args=(one,))))


def test_a_start_on_the_store_that_was_left_is_refused():
    def refused(one, _):
        one.go()
        code, out, err = call("serve", "--data", one.data("a"), "--listen", "127.0.0.1:0")
        assert code == 1 and "is not the store of record" in err and one.urls["b"] in err, (code, out, err)

    machine(refused)


try:
    run_tests(globals())
finally:
    if SERVER:
        SERVER.__exit__()
