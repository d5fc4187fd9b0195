"""The disk of the PostgreSQL that a store is migrated to is full: the migration says so and waits, Oreum goes on storing
and serving, and with room the copy is made to its end."""

import os
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, run_tests, wait_until  # noqa: E402
from postgres import NOBODY, Postgres  # noqa: E402
from small_disk import SmallDisk  # noqa: E402

SERIES = 2000
START = int(time.time() * 1000) - 7_200_000


def write(oreum, first, count):
    """Values that do not compress, so that there is something to be full of."""
    for n in range(first, first + count, 20):
        batch = [({"__name__": "much", "n": str(i)},
                  [(START + k * 1000, (k * 7919 + i * 104729) % 1_000_003 / 7) for k in range(n, n + 20)])
                 for i in range(SERIES)]
        status, text = oreum.write(batch)
        assert status == 204, (status, text)


def test_a_target_that_fills_up_waits_for_room():
    with SmallDisk() as disk, Postgres() as server, Oreum("--retention", "0", command="serve") as oreum:
        space = os.path.join(disk.path, "space")
        os.mkdir(space)
        if os.geteuid() == 0:
            os.chmod(disk.path, 0o755)
            os.chown(space, NOBODY, NOBODY)
        server.sql(f"CREATE TABLESPACE small LOCATION '{space}'")
        server.sql("CREATE DATABASE full_up TABLESPACE small")
        write(oreum, 0, 260)
        wait_until(lambda: oreum.get_json("/api/v1/migrations")["store_of_record"]["packs"] > 0, "samples are sealed")
        with open(os.path.join(disk.path, "nearly"), "wb") as f:  # next to nothing is left
            room = os.statvfs(disk.path)
            f.write(b"x" * (room.f_bavail * room.f_bsize - (512 << 10)))
        url = urllib.parse.quote(server.url("full_up"), safe="")
        status, _, body = oreum.request("POST", "/api/v1/migrations?to=" + url)
        assert status == 202, (status, body)
        problem = wait_until(lambda: oreum.get_json("/api/v1/migrations")["problem"], "the full disk is told")
        assert "No space left on device" in problem and "free disk space" in problem, problem
        write(oreum, 260, 20)
        os.remove(os.path.join(disk.path, "nearly"))
        status = wait_until(lambda: (lambda s: s if s["state"] == "READY" else None)(oreum.get_json("/api/v1/migrations")),
                            "the copy is made")
        assert status["verify"]["samples"] == SERIES * 280 and status["verify"]["repaired"] == 0, status
        status, _, body = oreum.request("POST", "/api/v1/migrations/switch")
        assert status == 202, (status, body)
        wait_until(lambda: oreum.get_json("/api/v1/migrations")["state"] == "SOAK", "it is switched")
        answer = oreum.get_json("/api/v1/query", query="sum(count_over_time(much[1d]))",
                                time=f"{START / 1000 + 300:.3f}")
        assert float(answer["data"]["result"][0]["value"][1]) == SERIES * 280, answer


run_tests(globals())
