"""A real PostgreSQL server of the test's own, in a temporary folder, reached over a socket in it."""

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from oreum import wait_until

NOBODY = 65534


def programs():
    """The folder of the newest server's programs, or of OREUM_POSTGRES_BIN; without one: a failure in CI, else a skip."""
    named = os.environ.get("OREUM_POSTGRES_BIN")
    found = [named] if named else sorted(
        (path for path in glob.glob("/usr/lib/postgresql/*/bin") if os.path.exists(os.path.join(path, "initdb"))),
        key=lambda path: int(path.split("/")[-2]))
    if not found:
        print("SKIP: no PostgreSQL server is installed (Debian: postgresql)")
        sys.exit(1 if os.environ.get("CI") == "true" or os.environ.get("OREUM_NEEDS_SERVERS") else 77)
    return found[-1]


class Postgres:
    """Runs as an unprivileged user when the test is root: the server insists on it. The role `locked` needs the password
    `s3cret`; all others are trusted."""

    def __init__(self, folder=None, settings=("-c", "fsync=off", "-c", "shared_buffers=16MB"), made=False):
        # fsync off: what the kernel has survives every death that a test deals.
        self.settings = settings
        self.bin = programs()
        self.own_folder = folder is None or made
        self.folder = folder or tempfile.mkdtemp(prefix="oreum-pg-")
        self.as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if self.as_nobody:
            os.chown(self.folder, NOBODY, NOBODY)
        self.process = None
        self.data = os.path.join(self.folder, "data")
        if made:
            self.start()
            return
        self.run("initdb", "-D", self.data, "-U", "admin", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="utf-8") as f:
            f.write("local all locked scram-sha-256\nlocal all all trust\nlocal replication all trust\n")
        self.start()
        self.sql("CREATE ROLE locked LOGIN PASSWORD 's3cret' SUPERUSER; CREATE ROLE guest LOGIN;"
                 "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")

    def run(self, program, *arguments, check=True):
        done = subprocess.run([os.path.join(self.bin, program), *arguments], capture_output=True, text=True,
                              cwd=self.folder, **self.as_nobody)
        assert done.returncode == 0 or not check, done.stderr
        return done

    def start(self):
        """Also after kill(), when the dead one's children may still be on their way out."""
        def up():
            if self.process is None or self.process.poll() is not None:
                with open(os.path.join(self.folder, "log"), "ab") as log:
                    self.process = subprocess.Popen(
                        [os.path.join(self.bin, "postgres"), "-D", self.data, "-k", self.folder, "-c",
                         "listen_addresses=", *self.settings],
                        stdout=log, stderr=log, cwd=self.folder, **self.as_nobody)
            return self.run("pg_isready", "-q", "-h", self.folder, check=False).returncode == 0
        wait_until(up, "PostgreSQL answers")

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()

    def standby(self):
        """A server that follows this one, with a folder of its own."""
        folder = tempfile.mkdtemp(prefix="oreum-pg-")
        if self.as_nobody:
            os.chown(folder, NOBODY, NOBODY)
        self.run("pg_basebackup", "-D", os.path.join(folder, "data"), "-h", self.folder, "-U", "admin", "-R", "-c", "fast")
        return Postgres(folder, self.settings, made=True)

    def promote(self):
        self.sql("SELECT pg_promote()")

    def open_session(self, database, user):
        """A process that holds a connection, or has ended where there is none left."""
        return subprocess.Popen([os.path.join(self.bin, "psql"), "-X", "-q", "-h", self.folder, "-U", user, "-d", database,
                                 "-c", "SELECT pg_sleep(600)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                cwd=self.folder)

    def sql(self, text, database="postgres"):
        """What a query answers, as text."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "admin", "-d",
                        database, "-c", text).stdout.strip()

    def url(self, database="postgres", user="admin", schema="oreum", host=None):
        return f"postgres://{user}@/{database}?host={host or self.folder}&schema={schema}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill(signal.SIGQUIT)
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
