"""A really full disk: Oreum says so, goes on serving, loses nothing that was acknowledged, and works again with room."""

import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import Oreum, run_tests, wait_until  # noqa: E402
from small_disk import SmallDisk  # noqa: E402


def test_a_full_disk_is_said_and_survived():
    with SmallDisk() as disk, Oreum("--retention", "0", data=os.path.join(disk.path, "data"), command="serve") as oreum:
        acknowledged, at = {}, int(time.time() * 1000)

        def push():
            nonlocal at
            at += 1000
            samples = [(at + i, float(at % 1000 + i)) for i in range(500)]
            status, text = oreum.write([({"__name__": "full"}, samples)])
            if status == 204:
                acknowledged.update(samples)
            return status, text

        assert push()[0] == 204
        disk.fill()
        status, text = wait_until(lambda: (answer := push())[0] != 204 and answer, "the disk is full")
        assert status == 503 and "full" in text, (status, text)
        health, _, body = oreum.request("GET", "/api/v1/health")
        assert health == 503 and b"full" in body, (health, body)
        assert oreum.get("/healthz"), "it goes on serving"
        assert oreum.samples("full", 0, at + 1000)["full"], "and answering"

        disk.free()
        wait_until(lambda: push()[0] == 204, "there is room again")
        wait_until(lambda: oreum.request("GET", "/api/v1/health")[0] == 200, "it is healthy again")
        stored = dict(oreum.samples("full", 0, at + 1000)["full"])
        lost = [ms for ms, v in acknowledged.items() if float(stored.get(ms, "nan")) != v]
        assert not lost, f"{len(lost)} acknowledged samples are lost"
        oreum.stop()


run_tests(globals())
