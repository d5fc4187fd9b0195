"""The commands, as a person types them: help, exit codes, errors that say what to do."""

import os
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import BINARY, Oreum, call, free_port, run_tests, wait_until  # noqa: E402

COMMANDS = [["run"], ["serve"], ["collect"], ["query"], ["check"], ["check", "rules"], ["check", "metrics"],
            ["test"], ["test", "rules"], ["config"], ["config", "check"], ["config", "show"],
            ["import"], ["import", "openmetrics"], ["import", "sqlite"], ["export"], ["export", "openmetrics"], ["export", "csv"],
            ["backup"], ["backup", "create"], ["backup", "list"], ["backup", "verify"], ["backup", "restore"],
            ["completion"], ["version"]]


def test_every_command_has_help_with_an_example():
    for command in [[]] + COMMANDS:
        code, out, _ = call(*command, "--help")
        assert code == 0 and "Example:" in out, (command, code, out)


def test_wrong_calls_exit_2():
    for wrong in (["fly"], [], ["query"], ["run", "--nope"], ["completion", "tcsh"]):
        code, _, err = call(*wrong)
        assert code == 2 and err, (wrong, code, err)


def test_version():
    code, out, _ = call("version")
    assert code == 0 and out.startswith("oreum 0."), out


def test_completions_are_good_scripts_that_know_the_flags():
    for shell in ("bash", "zsh", "fish"):
        code, out, _ = call("completion", shell)
        assert code == 0 and "retention" in out and "config" in out, out
    script = call("completion", "bash")[1]
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    typed = script + '\nCOMP_WORDS=(oreum config sh); COMP_CWORD=2; _oreum; echo "${COMPREPLY[@]}"'
    assert subprocess.run(["bash"], input=typed, text=True, capture_output=True).stdout.strip() == "show"


def test_config_check_and_show():
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "oreum.yaml")
        with open(file, "w") as f:
            f.write("interval: 2s\nlog:\n  level: debug\n")
        code, out, _ = call("config", "check", "--config", file)
        assert code == 0 and "good" in out
        code, out, _ = call("config", "show", "--config", file, "--retention", "7d", env={"OREUM_DATA": "/x"})
        assert code == 0, out
        lines = {line.split()[0]: line for line in out.splitlines()}
        assert "2s" in lines["interval"] and f"{file}:1" in lines["interval"]
        assert "1w" in lines["retention"] and "--retention" in lines["retention"]
        assert "/x" in lines["data"] and "OREUM_DATA" in lines["data"]
        with open(file, "w") as f:
            f.write("interval: 2s\nretentoin: 7d\n")
        code, _, err = call("config", "check", "--config", file)
        assert code == 2 and f"{file}:2:1" in err and "did you mean retention?" in err, err
        code, _, err = call("run", "--config", file)
        assert code == 2 and "retentoin" in err, err


def test_collect_prints_one_reading():
    code, out, err = call("collect")
    assert code == 0, err
    for family in ("node_load1", "node_memory_MemTotal_bytes", "node_cpu_seconds_total", "node_boot_time_seconds"):
        assert f"# TYPE {family} " in out, family
    assert 'node_scrape_collector_success{collector="loadavg"} 1' in out


def test_query_without_a_server_says_so():
    code, _, err = call("query", "up", "--server", f"http://127.0.0.1:{free_port()}")
    assert code == 1 and "is Oreum running" in err, err


def test_query_prints_a_table():
    with Oreum("--interval", "100ms", "--slow-interval", "100ms") as oreum:
        wait_until(lambda: "node_load1{" in call("query", "node_load1", "--server", oreum.url)[1], "a sample is stored")
        code, out, _ = call("query", "no_such_series", "--server", oreum.url)
        assert code == 0 and "no series match" in out
        code, _, err = call("query", "a{", "--server", oreum.url)
        assert code == 2 and "expected" in err, err


def test_a_second_oreum_is_refused_and_the_first_named():
    with Oreum() as first:
        code, _, err = call("run", "--data", first.data, "--listen", "127.0.0.1:0")
        assert code == 1 and f"pid {first.process.pid}" in err, err


def test_a_taken_port_is_said():
    with Oreum() as first, tempfile.TemporaryDirectory() as folder:
        code, _, err = call("run", "--data", folder, "--listen", f"127.0.0.1:{first.port}")
        assert code == 1 and "in use" in err and "--listen" in err, err


def test_listening_elsewhere_takes_an_explicit_word():
    with tempfile.TemporaryDirectory() as folder:
        code, _, err = call("run", "--data", folder, "--listen", "0.0.0.0:0")
        assert code != 0 and "--insecure-listen" in err, err


def test_a_data_folder_that_cannot_be_is_said():
    with tempfile.NamedTemporaryFile() as file:
        for folder in (file.name, os.path.join(file.name, "below"), "/proc/oreum"):
            code, _, err = call("run", "--data", folder, "--listen", "127.0.0.1:0")
            assert code == 1 and "--data" in err, (folder, code, err)


def test_a_damaged_database_is_refused_with_what_to_do():
    with Oreum() as oreum:
        oreum.stop()
        path = os.path.join(oreum.data, "oreum.db")
        size = os.path.getsize(path)
        for leftover in ("-wal", "-shm"):
            if os.path.exists(path + leftover):
                os.remove(path + leftover)
        with open(path, "r+b") as f:
            f.write(b"\xA5" * min(size, 4096))
        code, _, err = call("run", "--data", oreum.data, "--listen", "127.0.0.1:0")
        assert code == 1 and "damaged" in err and "backup" in err and ".recover" in err, err


def test_a_newer_store_is_refused():
    with Oreum() as oreum:
        oreum.stop()
        with sqlite3.connect(os.path.join(oreum.data, "oreum.db")) as db:
            changed = db.execute("UPDATE meta SET value = '999' WHERE key = 'schema'").rowcount
        db.close()
        assert changed == 1
        code, _, err = call("run", "--data", oreum.data, "--listen", "127.0.0.1:0")
        assert code == 1 and "newer" in err, err


def test_an_interrupt_is_a_clean_stop():
    with Oreum() as oreum:
        oreum.stop()


run_tests(globals())
