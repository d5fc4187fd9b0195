"""Backups of the real program under steady ingest: made, verified, restored, damaged, interrupted, on a full disk."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import BINARY, Oreum, call, run_tests, wait_until  # noqa: E402


class Pusher:
    """Remote-writes batch after batch on a thread; remembers what was acknowledged."""

    SERIES, STEP = 50, 1000

    def __init__(self, oreum):
        self.oreum, self.acknowledged, self.failed = oreum, 0, None
        self.first = int(time.time() * 1000) - 3_600_000
        self.going = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def batch(self, n):
        t = self.first + n * 10
        return [({"__name__": "pushed", "n": str(i)}, [(t, n * 1.5 + i)]) for i in range(self.SERIES)]

    def run(self):
        while self.going:
            status, text = self.oreum.write(self.batch(self.acknowledged))
            if status != 204:
                self.failed = (status, text)
                return
            self.acknowledged += 1

    def stop(self):
        self.going = False
        self.thread.join()
        assert self.failed is None, self.failed

    def check(self, oreum, least):
        """Every batch up to `least` is there, every series to the bit; what is more is whole batches."""
        found = oreum.samples('pushed', self.first - 1, self.first + 10 * (self.acknowledged + 10))
        assert len(found) == self.SERIES, len(found)
        counts = {len(samples) for samples in found.values()}
        assert len(counts) == 1 and counts.pop() >= least, (counts, least)
        for series, samples in found.items():
            i = int(series.split('n="')[1].split('"')[0])
            assert [(t, float(v)) for t, v in samples] == \
                [(self.first + n * 10, n * 1.5 + i) for n in range(len(samples))], series


def names(folder):
    return sorted(n for n in os.listdir(folder) if n.startswith("oreum-")) if os.path.isdir(folder) else []


def test_a_backup_under_ingest_is_whole_and_restores():
    with Oreum(command="serve") as oreum, tempfile.TemporaryDirectory() as elsewhere:
        pusher = Pusher(oreum)
        try:
            wait_until(lambda: pusher.acknowledged > 50, "batches are stored")
            kept = []
            for _ in range(3):
                before = pusher.acknowledged
                code, out, err = call("backup", "create", "--server", oreum.url)
                assert code == 0, err
                kept.append((out.split(":")[0], before))
        finally:
            pusher.stop()
        code, out, err = call("backup", "list", "--server", oreum.url)
        assert code == 0 and all(name in out for name, _ in kept), (out, err)
        metrics = oreum.get("/metrics")
        assert "oreum_backups_total 3" in metrics and "oreum_backup_last_success_timestamp_seconds" in metrics
        for name, before in kept:
            code, out, err = call("backup", "verify", name, "--data", oreum.data)
            assert code == 0 and "is good" in out, (out, err)
            target = os.path.join(elsewhere, name)
            code, out, err = call("backup", "restore", name, "--folder", os.path.join(oreum.data, "backups"), "--data", target)
            assert code == 0 and "restored" in out, (out, err)
            with Oreum(data=target, command="serve") as restored:
                pusher.check(restored, before)
                assert restored.write(pusher.batch(pusher.acknowledged))[0] == 204, "it goes on"


def test_without_a_server_the_folder_is_read_and_it_says_so():
    with Oreum(command="serve") as oreum:
        assert oreum.write([({"__name__": "x"}, [(int(time.time() * 1000), 1.0)])])[0] == 204
        code, _, err = call("backup", "create", "--data", oreum.data)
        assert code == 1 and "--server" in err and str(oreum.process.pid) in err, err
        # Without --data the configured address is asked.
        code, out, err = call("backup", "create", env={"OREUM_DATA": oreum.data, "OREUM_LISTEN": f"127.0.0.1:{oreum.port}"})
        assert code == 0 and "asking it" in err, (out, err)
        oreum.stop()
        code, out, err = call("backup", "create", "--data", oreum.data)
        assert code == 0 and "no Oreum runs" in err and "1 samples" in out, (out, err)
        code, out, err = call("backup", "list", "--data", oreum.data)
        assert code == 0 and len(out.splitlines()) == 3 and "hand" in out, (out, err)
        code, _, err = call("backup", "restore", "latest", "--data", oreum.data)
        assert code == 1 and "--force" in err and "before-restore-" in err, err
        code, out, err = call("backup", "restore", "latest", "--data", oreum.data, "--force")
        assert code == 0 and "before-restore-" in out, (out, err)
        oreum.start()
        assert "1" in oreum.get("/api/v1/query", query="x")


def test_damage_is_said():
    with Oreum(command="serve") as oreum:
        assert oreum.write([({"__name__": "x", "i": str(i)}, [(int(time.time() * 1000), 1.0)]) for i in range(500)])[0] == 204
        assert call("backup", "create", "--server", oreum.url)[0] == 0
        folder = os.path.join(oreum.data, "backups")
        name = names(folder)[0]
        file = os.path.join(folder, name, "oreum.db")
        with open(file, "r+b") as f:
            f.seek(os.path.getsize(file) // 2)
            byte = f.read(1)
            f.seek(-1, os.SEEK_CUR)
            f.write(bytes([byte[0] ^ 1]))
        for command in (["verify", name, "--data", oreum.data], ["restore", os.path.join(folder, name), "--data", oreum.data + "-x"]):
            code, _, err = call("backup", *command)
            assert code == 1 and ("damaged" in err or "checksum" in err or "manifest" in err), (command, err)
        assert not os.path.exists(oreum.data + "-x/oreum.db")
        shutil.rmtree(oreum.data + "-x")
        os.remove(file)
        code, out, _ = call("backup", "list", "--data", oreum.data)
        assert code == 0 and "DAMAGED" in out, out
        code, _, err = call("backup", "verify", "oreum-19990101T000000Z", "--data", oreum.data)
        assert code == 1 and "no backup" in err, err


def test_killed_while_it_is_made_nothing_counts():
    for fault in ("storage.copy.after_batch:kill@1", "backup.make.before_rename:kill@1", "file.sync:kill@1"):
        with Oreum(command="serve") as oreum:
            now = int(time.time() * 1000)
            for i in range(3):
                samples = [(now - 300_000 + 1000 * k + i, float(k)) for k in range(300)]
                assert oreum.write([({"__name__": "x", "i": str(n)}, samples) for n in range(100)])[0] == 204
            oreum.stop()
            folder = os.path.join(oreum.data, "backups")
            code, out, err = call("backup", "create", "--data", oreum.data, env={"OREUM_FAULT": fault})
            assert code == -9, (fault, code, out, err)
            assert names(folder) == [], (fault, os.listdir(folder))
            assert "no backups" in call("backup", "list", "--data", oreum.data)[1]
            code, out, err = call("backup", "create", "--data", oreum.data)
            assert code == 0 and "90000 samples" in out, (out, err)
            assert not [n for n in os.listdir(folder) if n.endswith(".unfinished")], os.listdir(folder)
            assert call("backup", "verify", "latest", "--data", oreum.data)[0] == 0


def test_a_server_killed_meanwhile_keeps_every_acknowledged_sample():
    with Oreum(command="serve", env={"OREUM_FAULT": "backup.make.before_rename:kill@1"}) as oreum:
        assert oreum.write([({"__name__": "x"}, [(int(time.time() * 1000), 42.0)])])[0] == 204
        call("backup", "create", "--server", oreum.url)
        oreum.process.wait()
        oreum.env.pop("OREUM_FAULT")
        oreum.start()
        assert names(os.path.join(oreum.data, "backups")) == []
        assert '"42"' in oreum.get("/api/v1/query", query="x")


def test_the_schedule_makes_them_and_health_says_when_one_fails():
    with tempfile.NamedTemporaryFile() as not_a_folder, Oreum("--backup-folder", not_a_folder.name, command="serve") as oreum:
        assert oreum.get_json("/api/v1/health")["components"]["backups"]["status"] == "ok"
        code, _, err = call("backup", "create", "--server", oreum.url)
        assert code == 1 and not_a_folder.name in err, err
        health = wait_until(lambda: (h := oreum.get_json("/api/v1/health"))["status"] == "degraded" and h, "health tells")
        assert "backup" in health["components"]["backups"]["reasons"][0], health
        assert "oreum_backup_failures_total 1" in oreum.get("/metrics")
    with Oreum("--backup-schedule", "6h", "--backup-keep", "2d", command="serve") as oreum:
        state = oreum.get_json("/api/v1/backups")
        assert state["schedule"] == "6h" and state["keep"] == "2d" and state["next"] and state["running"] is None, state
        status, _, body = oreum.request("POST", "/api/v1/backups", headers={"Sec-Fetch-Site": "cross-site"})
        assert status == 403, body
        assert "/api/v1/backups" in oreum.get_json("/openapi.json")["paths"]


def test_a_folder_that_may_not_be_written():
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return
    with Oreum(command="serve") as oreum, tempfile.TemporaryDirectory() as folder:
        oreum.stop()
        locked = os.path.join(folder, "locked")
        os.mkdir(locked, 0o555)
        command = [BINARY, "backup", "create", "--data", oreum.data, "--folder", os.path.join(locked, "b")]
        if os.geteuid() == 0:  # root may write anywhere
            command = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", *command]
            subprocess.run(["chown", "-R", "65534", oreum.data], check=True)
            os.chmod(folder, 0o755)
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1 and locked in done.stderr and "ermission" in done.stderr, done.stderr


def test_a_full_disk_is_said_before_it_is_full():
    disk = tempfile.mkdtemp(prefix="oreum-disk-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True).returncode != 0:
        os.rmdir(disk)
        assert os.environ.get("CI") != "true", "a small disk cannot be mounted here"
        return
    try:
        with Oreum("--backup-folder", os.path.join(disk, "b"), command="serve") as oreum:
            code, _, err = call("backup", "create", "--server", oreum.url)
            assert code == 1 and "MiB free" in err and "--backup-folder" in err, err
            assert oreum.get("/healthz")
    finally:
        subprocess.run(["umount", disk], check=True)
        os.rmdir(disk)


def test_the_manifest_is_for_people_too():
    with Oreum(command="serve") as oreum:
        assert oreum.write([({"__name__": "x"}, [(1000, 1.0)])])[0] in (204, 400)
        assert call("backup", "create", "--server", oreum.url)[0] == 0
        folder = os.path.join(oreum.data, "backups")
        with open(os.path.join(folder, names(folder)[0], "manifest.json")) as f:
            manifest = json.load(f)
        assert manifest["oreum_backup"] == 1 and manifest["origin"] == "hand" and len(manifest["digest"]) == 16, manifest


run_tests(globals())
