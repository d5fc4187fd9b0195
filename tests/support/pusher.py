"""Continuous ingest for tests: batch after batch by remote write, each sent until it is acknowledged, and a check that all
of it is stored once and to the bit."""

import threading
import time

from oreum import wait_until

STEP_MS = 10  # from batch to batch


class Pusher:
    """Pushes batches of `series` samples to one Oreum, on a thread where it is used with `with`. After `renew` batches each
    a series goes and a new one comes. With `mortal` its Oreum may die and be started again; else a connection that is cut
    off is a failure."""

    def __init__(self, oreum, name="a", series=40, renew=None, mortal=False):
        self.oreum, self.name, self.series, self.renew, self.mortal = oreum, name, series, renew, mortal
        self.acknowledged, self.put_off, self.failed = 0, 0, None
        self.refusals = []  # texts of those put off, the first few
        self.first = int(time.time() * 1000) - 7_200_000
        self.going = True
        self.thread = threading.Thread(target=self.run)

    def labels(self, n, i):
        return {"__name__": "pushed", "by": self.name, "n": str(i + (n // self.renew if self.renew else 0))}

    def batch(self, n):
        """Values are told by number and series, so that a check needs no record of them."""
        return [(self.labels(n, i), [(self.first + n * STEP_MS, n * 1.5 + i)]) for i in range(self.series)]

    def push(self):
        """Whether one batch more is acknowledged."""
        try:
            status, text = self.oreum.write(self.batch(self.acknowledged))
        except Exception as e:  # noqa: BLE001: http.client's own errors of a connection cut off, beside OSError
            if not self.mortal or not (isinstance(e, OSError) or "http.client" in type(e).__module__):
                raise
            time.sleep(0.02)
            return False
        if status == 204:
            self.acknowledged += 1
            return True
        assert status == 503, (status, text)  # the database is away: again
        self.put_off += 1
        if len(self.refusals) < 5:
            self.refusals.append(text.strip())
        time.sleep(0.02)
        return False

    def push_many(self, batches):
        for _ in range(batches):
            assert self.push(), self.refusals

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

    def wait_until_put_off(self):
        before = self.put_off
        wait_until(lambda: self.put_off > before or self.failed, "batches are put off")

    def newest(self, oreum):
        """How many samples of the batch acknowledged last a query finds."""
        t = self.first + (self.acknowledged - 1) * STEP_MS
        return sum(map(len, oreum.samples(f'pushed{{by="{self.name}"}}', t - 1, t).values()))

    def problems(self, oreum):
        """What was acknowledged is there once, to the bit; one batch more may be. None, or the first that is wrong."""
        found = oreum.samples(f'pushed{{by="{self.name}"}}', self.first - 1,
                              self.first + STEP_MS * (self.acknowledged + 10))
        expected = {}
        for n in range(self.acknowledged + 1):
            for i in range(self.series):
                t = self.first + n * STEP_MS
                expected[(self.labels(n, i)["n"], t)] = (n * 1.5 + i, n)
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
        """Its own Oreum answers everything at once, others when they have read what it wrote."""
        for oreum in oreums:
            if oreum is self.oreum:
                problem = self.problems(oreum)
                assert problem is None, problem
            else:
                wait_until(lambda o=oreum: self.problems(o) is None, lambda o=oreum: f"all is there: {self.problems(o)}")
