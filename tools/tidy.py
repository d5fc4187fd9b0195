#!/usr/bin/env python3
"""clang-tidy with clang's own warnings (thread safety among them) over src/: tools/tidy.py BUILD_DIR [FILE…]

A file that passed is not looked at again until it, a header of ours that it reaches, its compiler flags or the checks
change: its key is kept in BUILD_DIR/tidy-passed.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

from includes import ROOT, SRC, closure

TIDY = "clang-tidy-19"
# The compile database is g++'s: clang need not know all its warnings, and calls parts of its library deprecated.
EXTRA = [f"--extra-arg={flag}" for flag in ("-Wno-unknown-warning-option", "-Wno-deprecated-declarations", "-Wthread-safety")]


def commands(build):
    """{file: compiler command} for the files of src/ (not for those made in the build folder)."""
    entries = json.loads((build / "compile_commands.json").read_text())
    found = {pathlib.Path(entry["file"]): entry["command"] for entry in entries}
    return {file: command for file, command in found.items() if file.is_relative_to(SRC)}


def key_of(file, command, common, known):
    digest = hashlib.sha256(common)
    digest.update(command.replace(str(ROOT), "").encode())
    for part in closure(file, known):
        digest.update(str(part.relative_to(ROOT)).encode() + b"\0" + part.read_bytes())
    return digest.hexdigest()


def check(build, file):
    run = subprocess.run([TIDY, "-p", build, "--quiet", *EXTRA, file], capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout + ("" if run.returncode == 0 else run.stderr)


def main(build, only):
    build = pathlib.Path(build).resolve()
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes() + " ".join(EXTRA).encode()
    passed_dir = build / "tidy-passed"
    passed_dir.mkdir(parents=True, exist_ok=True)
    known, todo = {}, {}
    for file, command in commands(build).items():
        if only and file not in only:
            continue
        key = key_of(file, command, common, known)
        if not (passed_dir / key).exists():
            todo[file] = key
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", 0)) or os.cpu_count()) as pool:
        results = {pool.submit(check, build, file): file for file in sorted(todo)}
        for done in concurrent.futures.as_completed(results):
            good, text = done.result()
            if good:
                (passed_dir / todo[results[done]]).touch()
            else:
                failures += 1
                print(text, flush=True)
    print(f"clang-tidy: {len(todo)} files looked at, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], {pathlib.Path(name).resolve() for name in sys.argv[2:]}))
