"""What the source files include. Shared by check_layers and tidy."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources(folder=SRC, suffixes=(".h", ".cpp")):
    return sorted(f for f in folder.rglob("*") if f.suffix in suffixes)


def includes(text):
    """Yields (line number, header, whether in angle brackets)."""
    for found in INCLUDE.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[2], found[1] == "<"


def closure(file, known=None):
    """The file and every header of src/ that it reaches."""
    known = {} if known is None else known
    seen, todo = set(), [file]
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        if at not in known:
            named = (SRC / header for _, header, _ in includes(at.read_text(encoding="utf-8", errors="replace")))
            known[at] = [header for header in named if header.is_file()]
        todo.extend(known[at])
    return sorted(seen)
