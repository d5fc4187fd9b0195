"""Samples that stores and codecs may break on, told by series and time, so that a check needs no record of values; and
exports read back to the bit."""

import re
import struct

NAN = 0x7FF8000000000001  # what text's NaN stands for
ODD = [0x7FF0000000000002, NAN, 0xFFF8000000000123, 0x7FF0000000000001,  # a stale marker, NaNs with payloads
       0x7FF0000000000000, 0xFFF0000000000000, 0x8000000000000000,
       0x0000000000000001, 0x800FFFFFFFFFFFFF,  # denormals
       0x4340000000000000, 0x433FFFFFFFFFFFFF, 0x4340000000000001,  # 2^53, ± 1
       0x3FB999999999999A, 0x3FD5555555555555]  # 0.1, a third
LONG = 3  # the series with a label of 64 KB
LABELS = ["plain", "오름", "🏔️", "x" * 65_536]


def bits_of(series, ms):
    """Every third is odd, the others are doubles of 17 digits."""
    n = series * 1_000_003 + ms * 7919
    return ODD[n % len(ODD)] if n % 3 == 0 else (n * 0x9E3779B97F4A7C15) & 0x3FEFFFFFFFFFFFFF


def labels_of(metric, series):
    # One label of 64 KB is enough: every request carries it.
    label = LABELS[3] if series == LONG else LABELS[series % 3]
    return {"__name__": metric, "series": str(series), "label": label}


def samples_of(series, times):
    """As remote write takes them."""
    return [(ms, struct.pack("<Q", bits_of(series, ms))) for ms in times]


def bits_of_text(value):
    return struct.unpack("<Q", struct.pack("<d", float(value)))[0]


def read_openmetrics(text, metric):
    """{series: {ms: bits}} of an OpenMetrics export, exact: the bits of a NaN are further decimals of its time."""
    assert text.endswith("# EOF\n"), text[-200:]
    result = {}
    for line in text.split("\n"):
        if not line.startswith(metric + "{"):
            continue
        labels, value, time = line.rsplit(" ", 2)
        whole, _, part = time.lstrip("-").partition(".")
        ms = (int(whole) * 1000 + int(part[:3].ljust(3, "0"))) * (-1 if time.startswith("-") else 1)
        bits = bits_of_text(value)
        if value == "NaN":
            bits = int(part[5:]) if len(part) > 5 else NAN
        samples = result.setdefault(int(re.search(r'series="(\d+)"', labels)[1]), {})
        assert ms not in samples, f"{labels[:100]} has a sample twice at {ms}"
        samples[ms] = bits
    return result


def check_stored(stored, acknowledged, sent, where):
    """Every acknowledged sample is there once, to the bit, and nothing that was not sent. All are {series: times}."""
    for series, times in acknowledged.items():
        lost = times - stored.get(series, {}).keys()
        assert not lost, f"{where}: series {series}: {len(lost)} acknowledged samples are lost, like that at {min(lost)}"
    for series, samples in stored.items():
        for ms, bits in samples.items():
            assert ms in sent.get(series, ()), f"{where}: series {series}: a sample at {ms} was never sent"
            assert bits == bits_of(series, ms), (where, series, ms, hex(bits), hex(bits_of(series, ms)))
