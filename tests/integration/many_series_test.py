"""A store of 100,000 series goes to PostgreSQL and back, and is exact on both sides. OREUM_MANY_SERIES sets how many."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from odd import check_stored, read_openmetrics, samples_of  # noqa: E402
from oreum import Oreum, call, run_tests  # noqa: E402
from postgres import Postgres  # noqa: E402

SERIES = int(os.environ.get("OREUM_MANY_SERIES", "100000"))
AT_ONCE = 10_000
TIMES = {-1_000_000_123, 1_600_000_000_000}


def write(oreum, times):
    for first in range(0, SERIES, AT_ONCE):
        status, text = oreum.write([({"__name__": "many", "series": str(n), "산": "오름"}, samples_of(n, sorted(times)))
                                    for n in range(first, min(first + AT_ONCE, SERIES))])
        assert status == 204, (status, text)


def check(oreum, times):
    expected = dict.fromkeys(range(SERIES), times)
    check_stored(read_openmetrics(oreum.get("/api/v1/export", format="openmetrics"), "many"), expected, expected, "")


def test_a_hundred_thousand_series_move_there_and_back():
    with Postgres() as server, Oreum("--retention", "0", "--max-series-per-metric", "0",
                                      command="serve") as oreum:
        def migrate(*arguments):
            code, out, err = call("migrate", *arguments, "--server", oreum.url)
            assert code == 0, (arguments, out, err)
        server.sql("CREATE DATABASE many")
        write(oreum, TIMES)
        migrate("run", "--to", server.url("many"), "--yes")
        check(oreum, TIMES)
        later = {1_600_000_002_000}
        write(oreum, later)  # of all series, into the journal that streams back
        migrate("reverse")
        check(oreum, TIMES | later)
        migrate("verify")
        status = oreum.get_json("/api/v1/migrations")
        assert status["verify"]["samples"] == SERIES * 3 and status["verify"]["repaired"] == 0, status
        assert status["store_of_record"]["series"] == status["other_store"]["series"] == SERIES, status
        oreum.stop()


run_tests(globals())
