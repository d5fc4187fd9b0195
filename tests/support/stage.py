"""A migration from SQLite to PostgreSQL, as tests lead it: over the API and by the commands."""

from oreum import Oreum, call, wait_until
from pusher import Pusher


class Stage:
    """An empty database of its own, and an Oreum on SQLite whose store has packs. `url` is the database's, when there is
    something between them."""

    def __init__(self, postgres, database, url=None):
        self.postgres, self.database = postgres, database
        self.url = url or postgres.url(database)

    def __enter__(self):
        self.postgres.sql(f"CREATE DATABASE {self.database}")
        self.oreum = Oreum("--retention", "0", command="serve")
        self.sqlite = "sqlite:" + self.oreum.data
        self.pusher = Pusher(self.oreum)
        self.pusher.push_many(260)
        wait_until(lambda: self.status()["store_of_record"]["packs"] > 0, "samples are sealed")
        return self

    def __exit__(self, *_):
        self.oreum.__exit__()

    def migrate(self, *arguments, refused=None):
        """What `oreum migrate …` prints; it has to fail with `refused` when that is given."""
        code, out, err = call("migrate", *arguments, "--server", self.oreum.url)
        if refused is None:
            assert code == 0, (arguments, out, err)
        else:
            assert code != 0 and refused in out + err, (refused, code, out, err)
        assert "s3cret" not in out + err and "wr0ng" not in out + err, (out, err)
        return out

    def post(self, path):
        status, _, body = self.oreum.request("POST", "/api/v1/migrations" + path)
        assert status == 202, (path, status, body)

    def status(self):
        return self.oreum.get_json("/api/v1/migrations")

    def wait_for(self, state):
        return wait_until(lambda: (lambda s: s if s["state"] == state and not s["asked"] else None)(self.status()),
                          lambda: f"the migration is in {state}: {self.status()}")
