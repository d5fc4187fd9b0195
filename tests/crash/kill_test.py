"""The real binary, killed with SIGKILL at random moments and at fault points, under ingest: every acknowledged sample is
there afterwards with its bits, none twice, and `oreum check store` is clean. crash_store visits every fault point of the
store. OREUM_KILL_ROUNDS sets the random rounds (default 12)."""

import os
import random
import struct
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, call, run_tests  # noqa: E402

ROUNDS = int(os.environ.get("OREUM_KILL_ROUNDS", "12"))
ROUNDS_OF_A_STORE = 25
SERIES = 40
START_MS = 1_600_000_000_000
FAULT_POINTS = {  # and at which passings
    "storage.append.before_commit": (1, 2, 7),
    "storage.append.after_commit": (1, 2, 7),
    "storage.seal.after_bytes": (1, 3),
    "storage.seal.before_commit": (1, 2, 7),
    "storage.seal.after_commit": (1, 2),
    "storage.compact.after_bytes": (1,),
    "storage.compact.before_commit": (1,),
    "storage.compact.after_commit": (1,),
    "storage.garbage.before_commit": (1,),
    "db.file.write": (300, 1000, 3000),  # past those of a start
    "db.file.sync": (30, 80, 300),
}


class Writer:
    """Pushes batches and remembers which were acknowledged. Values are told by (series, time), so that a check needs no
    record of them; the step is uneven and now and then goes back."""

    def __init__(self):
        self.acknowledged = {}  # series number → set of ms
        self.sent = {}          # also those of unknown fate
        self.clock = START_MS

    @staticmethod
    def value(series, ms):
        return struct.unpack("<d", struct.pack("<q", (series * 1_000_003 + ms * 7919) & 0x3FEFFFFFFFFFFFFF))[0]

    def batch(self):
        out = []
        for series in random.sample(range(SERIES), random.randrange(1, SERIES)):
            late = random.random() < 0.1
            times = {self.clock - random.randrange(60_000) if late else self.clock + i * 10
                     for i in range(random.randrange(1, 20))}
            out.append((series, sorted(times)))
        self.clock += random.randrange(200, 1500)
        return out

    def push(self, oreum):
        batch = self.batch()
        for series, times in batch:
            self.sent.setdefault(series, set()).update(times)
        status, text = oreum.write([({"__name__": "killed", "series": str(series)},
                                     [(ms, self.value(series, ms)) for ms in times]) for series, times in batch])
        assert status == 204, (status, text)
        for series, times in batch:
            self.acknowledged.setdefault(series, set()).update(times)

    def run_until_it_dies(self, oreum):
        try:
            while True:
                self.push(oreum)
        except OSError:
            return
        except Exception as e:  # noqa: BLE001: http.client's own errors of a connection cut off
            if type(e).__module__ != "http.client":
                raise

    def check(self, oreum):
        code, out, err = call("check", "store", "--data", oreum.data)
        assert code == 0, out + err
        stored = oreum.samples("killed", START_MS - 100_000, self.clock + 1_000_000)
        for series in range(SERIES):
            got = stored.get(f'killed{{series="{series}"}}', [])
            times = [ms for ms, _ in got]
            assert len(times) == len(set(times)), f"series {series}: a sample twice"
            assert times == sorted(times)
            lost = self.acknowledged.get(series, set()) - set(times)
            assert not lost, f"series {series}: {len(lost)} acknowledged samples are lost, like {min(lost)}"
            invented = set(times) - self.sent.get(series, set())
            assert not invented, f"series {series}: {len(invented)} samples were never sent"
            for ms, text in got:
                assert float(text) == self.value(series, ms), (series, ms, text)


def serve(data, env=None):
    # Retention is off: the samples are of 2020.
    return Oreum("--retention", "0", command="serve", data=data, env=env)


def test_killed_at_random_moments():
    """A store lives for some rounds: each checks all of it, so that many rounds in one would take ever longer."""
    for first in range(0, ROUNDS, ROUNDS_OF_A_STORE):
        with tempfile.TemporaryDirectory(prefix="oreum-kill-") as data:
            writer = Writer()
            for _ in range(first, min(first + ROUNDS_OF_A_STORE, ROUNDS)):
                with serve(data) as oreum:
                    writer.check(oreum)
                    killer = threading.Timer(random.uniform(0.01, 0.8), oreum.process.kill)
                    killer.start()
                    writer.run_until_it_dies(oreum)
                    killer.join()
            with serve(data) as oreum:
                writer.check(oreum)
            print(f"     {sum(map(len, writer.acknowledged.values()))} samples acknowledged up to round "
                  f"{min(first + ROUNDS_OF_A_STORE, ROUNDS)}", flush=True)


def test_killed_at_fault_points():
    for point, passings in FAULT_POINTS.items():
        with tempfile.TemporaryDirectory(prefix="oreum-kill-") as data:
            writer = Writer()
            for nth in passings:
                with serve(data, env={"OREUM_FAULT": f"{point}:kill@{nth}"}) as oreum:
                    writer.run_until_it_dies(oreum)
                    assert oreum.process.wait(timeout=30) == -9, f"{point} was not passed"
                with serve(data) as oreum:
                    writer.check(oreum)


run_tests(globals())
