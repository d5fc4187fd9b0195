"""Whether two engines answered the same."""

import math
import re
import struct

# Sums whose order is not defined, and math libraries that differ in the last bits.
TOLERANCE = 1e-12


def bits(value):
    return struct.pack("<d", value)


def same_value(a, b, tolerance=TOLERANCE, signed_zero=True):
    x, y = float(a), float(b)
    if a == b or (math.isnan(x) and math.isnan(y)):
        return True
    if x == y == 0:
        return not signed_zero or bits(x) == bits(y)
    if math.isinf(x) or math.isinf(y) or math.isnan(x) or math.isnan(y):
        return False
    return abs(x - y) <= tolerance * max(abs(x), abs(y))


def key_of(item):
    return tuple(sorted(item["metric"].items()))


def same_points(a, b, tolerance, signed_zero=True):
    return len(a) == len(b) and all(round(p[0] * 1000) == round(q[0] * 1000) and same_value(p[1], q[1], tolerance, signed_zero)
                                    for p, q in zip(a, b))


def values_of(item):
    return item["values"] if "values" in item else [item["value"]]


def difference_of_values(ours, theirs, ordered, tolerance, signed_zero=True):
    """Text, or None. `ordered`: "labels" or "values" must come in the same order; None: neither."""
    if ours["resultType"] != theirs["resultType"]:
        return f"type {ours['resultType']} != {theirs['resultType']}"
    a, b = ours["result"], theirs["result"]
    if ours["resultType"] == "scalar":
        return None if same_points([a], [b], tolerance, signed_zero) else f"{a} != {b}"
    if ours["resultType"] == "string":
        return None if a[1] == b[1] else f"{a} != {b}"
    if ordered == "values" and not same_points(sum(map(values_of, a), []), sum(map(values_of, b), []), tolerance):
        return f"order {[values_of(i) for i in a]} != {[values_of(i) for i in b]}"
    if ordered == "labels" and [key_of(i) for i in a] != [key_of(i) for i in b]:
        return f"order {[i['metric'] for i in a]} != {[i['metric'] for i in b]}"
    a, b = {key_of(i): values_of(i) for i in a}, {key_of(i): values_of(i) for i in b}
    for key in sorted(set(a) | set(b)):
        if key not in a:
            return f"lacks {dict(key)} {b[key][:3]}"
        if key not in b:
            return f"has {dict(key)} {a[key][:3]} too many"
        if not same_points(a[key], b[key], tolerance, signed_zero):
            wrong = [(p, q) for p, q in zip(a[key], b[key]) if not same_points([p], [q], tolerance, signed_zero)][:3]
            return f"{dict(key)}: {len(a[key])} and {len(b[key])} points; {wrong or (a[key][:5], b[key][:5])}"
    return None


def note_texts(notes):
    """Without what 3.16 counts in a way of its own, and without the place of what nested aggregations both say."""
    out = set()
    for note in notes or []:
        if "sort is ineffective" in note:  # of a subquery of one point Prometheus says so if its end lies between steps
            continue
        note = re.sub(r", from buckets .* to \S+Z(?= \()", "", note)
        out.add(re.sub(r" \(\d+:\d+\)$", "", note) if "value should be between" in note else note)
    return sorted(out)


def difference(ours, theirs, ordered=None, notes=True, tolerance=TOLERANCE, signed_zero=True):
    """What differs between two answers of the API, as text; None when nothing does."""
    if ours["status"] != theirs["status"]:
        return f"{ours.get('error', ours['status'])!r} != {theirs.get('error', theirs['status'])!r}"
    if ours["status"] == "error":
        a, b = error_text(ours["error"]), error_text(theirs["error"])
        return None if a == b else f"error {a!r} != {b!r}"
    wrong = difference_of_values(ours["data"], theirs["data"], ordered, tolerance, signed_zero)
    if wrong or not notes:
        return wrong
    for kind in ("warnings", "infos"):
        a, b = note_texts(ours.get(kind)), note_texts(theirs.get(kind))
        # The API tells only the first ten.
        if a != b and len(a) <= 10:
            return f"{kind} {a} != {b}"
    return None


def error_text(text):
    """Without what only one side says, or says as it happens to meet it."""
    text = re.sub(r'^invalid parameter "query": ', "", text)
    text = re.sub(r"^(execution: |expanding series: )", "", text)
    return re.sub(r"found duplicate series for the match group .*", "found duplicate series for the match group", text, flags=re.S)
