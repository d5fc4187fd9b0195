"""Random series and random valid queries over them, for comparing engines."""

import math
import struct

STALE = struct.pack("<Q", 0x7FF0000000000002)
START = 1_700_000_000_000  # milliseconds; where the data begins
LENGTH = 3_600_000


# --- data ---

def times(random, step, jitter):
    """Rising times with gaps."""
    t = START + random.randrange(step)
    while t < START + LENGTH:
        if random.random() < 0.02:
            t += random.choice([2, 5, 25, 40]) * step
        yield t
        t += step + (random.randrange(-jitter, jitter + 1) if jitter else 0)


def counter(random, t, least):
    value, rate = least + float(random.choice([0, 0, 5, 1e6])), random.choice([0, 1, 3, 0.1])
    for ms in t:
        if random.random() < 0.03:
            value = least + float(random.choice([0, 0, 1, 2]))
        value += rate * random.choice([0, 1, 1, 2, 7])
        yield ms, value


def gauge(random, t):
    style = random.choice(["walk", "odd", "integers", "constant", "tiny"])
    value = random.uniform(-50, 50)
    for ms in t:
        if style == "walk":
            value += random.uniform(-3, 3)
        elif style == "odd":
            value = random.choice([0.0, -0.0, math.nan, math.inf, -math.inf, 1e300, -1e300, 0.1, -7, 1e16, 3])
        elif style == "integers":
            value = float(random.randrange(-3, 4))
        elif style == "tiny":
            value = random.uniform(-1, 1) * 10.0 ** random.randrange(-20, 20)
        yield ms, value


def with_markers(random, samples):
    """Some samples become stale markers."""
    for ms, value in samples:
        yield ms, STALE if random.random() < 0.015 else value


def histogram(random, labels, step, least):
    """Buckets, a sum and a count; now and then not as they should be."""
    bounds = random.choice([["0.1", "0.5", "1", "2.5", "+Inf"], ["1", "10", "100", "+Inf"], ["-1", "0", "1", "+Inf"], ["1", "2"]])
    counts, total = [least] * len(bounds), least
    rows = {bound: [] for bound in bounds}
    sums, all_of = [], []
    for ms in times(random, step, 0):
        for _ in range(random.choice([0, 1, 3, 9])):
            at = random.randrange(len(bounds))
            total += random.uniform(0, 3)
            for i in range(at, len(bounds)):
                counts[i] += 1
        if random.random() < 0.02:
            counts[random.randrange(len(counts))] += 1  # no longer rising
        for bound, count in zip(bounds, counts):
            rows[bound].append((ms, count))
        sums.append((ms, total))
        all_of.append((ms, counts[-1]))
    for bound in bounds:
        yield {"__name__": "latency_seconds_bucket", "le": bound, **labels}, rows[bound]
    yield {"__name__": "latency_seconds_sum", **labels}, sums
    yield {"__name__": "latency_seconds_count", **labels}, all_of


def series(random, three):
    """[(labels, [(ms, float or bits)])] for both sides. Version 2 gets counters far from zero, at even times."""
    out = []
    least = 0.0 if three else 1e7
    for job in ("api", "db"):
        for instance in ("a", "b", "c"):
            base = {"job": job, "instance": instance}
            step, jitter = random.choice([(15_000, 0), (15_000, 3_000), (60_000, 500), (5_000, 0)])
            for code in random.sample(["200", "404", "500", ""], random.choice([1, 2, 3])):
                labels = {"__name__": "requests_total", **base, **({"code": code} if code else {})}
                out.append((labels, list(with_markers(random, counter(random, times(random, step, jitter), least)))))
            for room in random.sample(["hall", "lab", "attic"], random.choice([1, 2])):
                labels = {"__name__": "temperature", "room": room, **base}
                out.append((labels, list(with_markers(random, gauge(random, times(random, step, jitter))))))
            out.append(({"__name__": "level", **base}, list(gauge(random, times(random, step, jitter)))))
            out += histogram(random, base, 30_000, least)
            region = random.choice(["north", "south"])
            out.append(({"__name__": "target_info", "region": region, "version": random.choice("12"), **base},
                        [(ms, 1.0) for ms in times(random, 60_000, 0)]))
            out.append(({"__name__": "boot_time_seconds", **base},
                        [(ms, START / 1000 - random.randrange(10**9)) for ms in times(random, 300_000, 0)]))
    if three:
        out.append(({"__name__": "disk.used", "mount.point": "/", "job": "api"},
                    list(gauge(random, times(random, 15_000, 0)))))
    if not three:
        out = [(labels, [(ms & ~1, value) for ms, value in samples]) for labels, samples in out]
    # In the order of their labels: what depends on the order in which a store made its series is then the same.
    return sorted(((labels, samples) for labels, samples in out if samples), key=lambda one: sorted(one[0].items()))


# --- queries ---

RANGE_FUNCTIONS = ["rate", "increase", "delta", "irate", "idelta", "resets", "changes", "deriv", "avg_over_time",
                   "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time",
                   "present_over_time", "stddev_over_time", "stdvar_over_time", "absent_over_time"]
RANGE_FUNCTIONS_3 = ["mad_over_time", "first_over_time", "ts_of_min_over_time", "ts_of_max_over_time",
                     "ts_of_first_over_time", "ts_of_last_over_time"]
VECTOR_FUNCTIONS = ["abs", "absent", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sort", "sort_desc",
                    "timestamp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh",
                    "atanh", "deg", "rad", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour",
                    "minute", "month", "year"]
AGGREGATIONS = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"]
LABELS = ["job", "instance", "code", "room", "le", "region", "nope"]
METRICS = ["requests_total", "temperature", "level", "latency_seconds_bucket", "latency_seconds_sum", "target_info",
           "boot_time_seconds", "no_such_metric"]


class Generator:
    """Queries that parse; what they answer is the engines' to say."""

    def __init__(self, random, three):
        self.random, self.three = random, three

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, p):
        return self.random.random() < p

    def query(self, for_range):
        kind = self.random.random()
        depth = self.pick(1, 2, 2, 3, 3, 4)
        if kind < 0.05:
            return self.scalar(depth)
        if kind < 0.1 and not for_range:
            return self.matrix(depth)
        return self.vector(depth)

    # durations

    def duration(self):
        return self.pick("15s", "30s", "1m", "90s", "2m", "5m", "5m", "10m", "17m", "1h", "45500ms", "1m30s")

    def range_text(self):
        if self.three and self.chance(0.1):
            return self.pick("5m * 2", "step() + 1m", "300", "2m - 30s", "max_of(step(), 1m)", "min_of(10m, step() * 3 + 1s)",
                             "1.5 * 2m", "2m / 3", "7m % 2m", "2 ^ 3 * 10s", "(1m + 2m)", "range() + 1m")
        return self.duration()

    def modifiers(self):
        text = ""
        if self.chance(0.12):
            text += " offset " + self.pick("", "", "-") + self.duration()
        if self.chance(0.08):
            at = START / 1000 + self.random.randrange(LENGTH // 1000)
            text += " @ " + self.pick(f"{at:.3f}", f"{at:.0f}", "start()", "end()")
        if self.chance(0.01):
            text += " offset 30s" if "offset" not in text else ""
        return text

    # selectors

    def matchers(self):
        out = []
        for _ in range(self.pick(0, 0, 1, 1, 2)):
            label = self.pick("job", "instance", "code", "room", "le")
            value = {"job": ["api", "db", "x"], "instance": ["a", "b", "c"], "code": ["200", "404", "500", ""],
                     "room": ["hall", "lab", "attic", ""], "le": ["0.1", "1", "+Inf", ""]}[label]
            op = self.pick("=", "=", "!=", "=~", "!~")
            if op in ("=", "!="):
                text = self.random.choice(value)
            else:
                text = self.pick("|".join(self.random.sample(value, 2)).replace("+", r"\\+"), ".*", ".+", "[a-c]", "(2|4).*", "h.*|")
            out.append(f'{label}{op}"{text}"')
        return out

    def selector_body(self):
        matchers = self.matchers()
        if self.chance(0.07):
            return '{__name__=~"' + self.pick("requests_total|level", "temp.*", "latency_seconds_(sum|count)", ".*_total") \
                + '"' + "".join("," + m for m in matchers) + "}"
        if self.three and self.chance(0.04):
            return self.pick('{"disk.used"}', '{"disk.used","mount.point"="/"}', '{__name__="disk.used"}')
        metric = self.random.choice(METRICS)
        return metric + ("{" + ",".join(matchers) + "}" if matchers else "")

    def selector(self):
        body = self.selector_body()
        if self.three and self.chance(0.03):
            body += self.pick(" smoothed", " smoothed", " anchored")
            if body.endswith("anchored"):
                body = body.removesuffix(" anchored")
        return body + self.modifiers()

    def matrix(self, depth, extended=False):
        if depth > 1 and self.chance(0.2):
            inner = self.vector(depth - 1)
            step = self.pick("", "1m", "30s", "77s", "5m")
            return f"({inner})[{self.pick('5m', '10m', '30m')}:{step}]" + self.modifiers()
        mode = self.pick(" anchored", " smoothed") if extended else ""
        return f"{self.selector_body()}[{self.range_text()}]{mode}" + self.modifiers()

    # scalars

    def number(self):
        return self.pick("0", "1", "2", "-1", "0.5", "3", "10", "1e3", "100", "-0.25", "Inf", "-Inf", "NaN", "0x1f",
                         *(["5m", "1_000", "1.5e-3"] if self.three else ["7"]))

    def scalar(self, depth):
        kind = self.random.random()
        if depth <= 1 or kind < 0.5:
            return self.number()
        if kind < 0.6:
            return self.pick("time()", "pi()")
        if kind < 0.8:
            return f"scalar({self.vector(depth - 1)})"
        if kind < 0.85:
            return f"-({self.scalar(depth - 1)})"
        op = self.pick("+", "-", "*", "/", "%", "^", "atan2", "== bool", "> bool", "<= bool", "!= bool")
        return f"({self.scalar(depth - 1)} {op} {self.scalar(depth - 1)})"

    # vectors

    def vector(self, depth):
        if depth <= 1:
            return self.selector()
        kind = self.random.random()
        for limit, make in ((0.12, self.selector_at), (0.37, self.range_call), (0.5, self.vector_call),
                            (0.68, self.aggregation), (0.9, self.binary), (0.94, self.histogram),
                            (0.97, self.labels_call), (1.0, self.odds)):
            if kind < limit:
                return make(depth)
        return self.selector()

    def selector_at(self, _):
        return self.selector()

    def range_call(self, depth):
        if self.three and self.chance(0.08):
            name = self.pick("rate", "increase", "delta", "resets", "changes")
            mode = name in ("rate", "increase", "delta")
            body = f"{self.selector_body()}[{self.range_text()}]{self.pick(' anchored', ' smoothed') if mode else ' anchored'}"
            return f"{name}({body}{self.modifiers()})"
        if self.chance(0.1):
            name = self.pick("quantile_over_time", "predict_linear", "smooth")
            if name == "quantile_over_time":
                return f"quantile_over_time({self.pick('0.5', '0.9', '0', '1', '-1', '2', 'NaN', self.scalar(depth - 1))}, {self.matrix(depth)})"
            if name == "predict_linear":
                return f"predict_linear({self.matrix(depth)}, {self.pick('60', '3600', '-10', '0')})"
            smooth = "double_exponential_smoothing" if self.three else "holt_winters"
            return f"{smooth}({self.matrix(depth)}, {self.pick('0.5', '0.1', '0.9')}, {self.pick('0.5', '0.3')})"
        return f"{self.random.choice(RANGE_FUNCTIONS + (RANGE_FUNCTIONS_3 if self.three else []))}({self.matrix(depth)})"

    def vector_call(self, depth):
        inner = self.vector(depth - 1)
        kind = self.random.random()
        if kind < 0.1:
            return f"clamp({inner}, {self.scalar(1)}, {self.scalar(1)})"
        if kind < 0.2:
            return f"{self.pick('clamp_min', 'clamp_max')}({inner}, {self.scalar(depth - 1)})"
        if kind < 0.3:
            return f"round({inner}{self.pick('', ', 5', ', 0.1', ', 0', ', -2')})"
        if kind < 0.35:
            return f"vector({self.scalar(depth - 1)})"
        if kind < 0.42:
            return f"-{self.pick(inner if inner[0] not in '-(' else f'({inner})', f'({inner})')}"
        if self.three and kind < 0.47:
            return f"{self.pick('sort_by_label', 'sort_by_label_desc')}({inner}, {self.labels_text()})"
        return f"{self.random.choice(VECTOR_FUNCTIONS)}({inner})"

    def labels_text(self):
        return ", ".join(f'"{label}"' for label in self.random.sample(LABELS, self.pick(1, 2)))

    def label_list(self, least=0):
        return ", ".join(self.random.sample(LABELS, self.random.randrange(least, 4)))

    def grouping(self):
        return self.pick("", f" by ({self.label_list()})", f" by ({self.label_list(1)})", f" without ({self.label_list()})")

    def aggregation(self, depth):
        inner, grouping = self.vector(depth - 1), self.grouping()
        kind = self.random.random()
        if kind < 0.1:
            parameter = self.pick("0.5", "0.9", "0", "1", "-0.1", "1.1", "NaN", self.scalar(depth - 1))
            return f"quantile{grouping} ({parameter}, {inner})"
        if kind < 0.2:
            # Which of equal values are taken is a matter of the order of series, which only selectors define.
            if self.chance(0.6):
                return f"{self.pick('topk', 'bottomk')}{grouping} ({self.pick('1', '2', '3')}, {self.selector()})"
            return f"{self.pick('topk', 'bottomk')}{grouping} ({self.pick('0', '1000')}, {inner})"
        if kind < 0.25:
            # Of what functions made the last digits would become labels.
            return f'count_values{grouping} ("{self.pick("value", "job", "code")}", {self.selector()})'
        if self.three and kind < 0.3:
            return f"limitk{grouping} ({self.pick('1', '2', '5')}, {self.selector()})"
        if self.three and kind < 0.33:
            return f"limit_ratio{grouping} ({self.pick('0.5', '-0.5', '0.3', '-0.7', '1', '0')}, {self.selector()})"
        return f"{self.random.choice(AGGREGATIONS)}{grouping} ({inner})"

    def binary(self, depth):
        kind = self.random.random()
        if kind < 0.3:
            op = self.pick("+", "-", "*", "/", "%", "^", "atan2", "==", "!=", ">", "<", ">=", "<=", "> bool", "== bool")
            sides = [self.vector(depth - 1), self.scalar(depth - 1)]
            self.random.shuffle(sides)
            return f"({sides[0]}) {op} ({sides[1]})"
        if kind < 0.5:
            matching = self.pick("", f"on ({self.label_list()}) ", f"ignoring ({self.label_list()}) ")
            return f"({self.vector(depth - 1)}) {self.pick('and', 'or', 'unless')} {matching}({self.vector(depth - 1)})"
        op = self.pick("+", "-", "*", "/", "%", "^", "atan2", "==", "!=", ">", "<", "> bool", "<= bool")
        return self.matched(depth, op)

    def matched(self, depth, op):
        """One side is often aggregated, so that the matching is not ambiguous."""
        labels = self.pick("job", "job, instance", "instance", "job, instance, room")
        many = self.vector(depth - 1)
        one = f"{self.pick('sum', 'max', 'count')} by ({labels}) ({self.vector(depth - 1)})"
        fill = ""
        if self.three and self.chance(0.15):
            fill = self.pick("fill (0) ", "fill_left (1) ", "fill_right (-1) ", "fill_left (2) fill_right (3) ", "fill (NaN) ")
        kind = self.random.random()
        if kind < 0.35:
            include = self.pick("", "", "(region)", "(code, job)")
            return f"({many}) {op} on ({labels}) group_left{include} {fill}({one})"
        if kind < 0.5:
            return f"({one}) {op} on ({labels}) group_right{self.pick('', '(region)')} {fill}({many})"
        if kind < 0.7:
            other = f"{self.pick('sum', 'min')} by ({labels}) ({self.vector(depth - 1)})"
            return f"({one}) {op} {self.pick('', f'on ({labels}) ', 'ignoring (code) ')}{fill}({other})"
        if kind < 0.9:
            same = self.selector_body()
            return f"({same}) {op} {fill}({same}{self.modifiers()})"
        return f"({many}) {op} {self.pick('', f'ignoring ({self.label_list()}) ', f'on ({labels}) ')}{fill}({self.vector(depth - 1)})"

    def histogram(self, depth):
        inner = self.pick("latency_seconds_bucket", f"rate(latency_seconds_bucket[{self.range_text()}])",
                          f"sum by (le) (rate(latency_seconds_bucket[{self.duration()}]))",
                          "sum by (le, job) (latency_seconds_bucket)", self.vector(depth - 1))
        if self.three and self.chance(0.3):
            return f"histogram_fraction({self.pick('0', '-Inf', '0.2', '1')}, {self.pick('1', '0.5', '+Inf', '2')}, {inner})"
        return f"histogram_quantile({self.pick('0.5', '0.9', '0.99', '0', '1', '-1', '2', 'NaN', self.scalar(depth - 1))}, {inner})"

    def labels_call(self, depth):
        inner = self.vector(depth - 1)
        if self.chance(0.4):
            return f'label_join({inner}, "{self.pick("joined", "job", "instance")}", "{self.pick("-", "", ",")}", {self.labels_text()})'
        regex, replacement = self.pick(("(.*)", "$1"), ("(a|b).*", "x-$1"), ("(?P<n>.*)", "${n}!"), ("nope", "y"), (".*", ""))
        return f'label_replace({inner}, "{self.pick("copy", "job", "room")}", "{replacement}", "{self.pick("job", "instance", "code")}", "{regex}")'

    def odds(self, depth):
        kind = self.random.random()
        if self.three and kind < 0.4:
            inner = self.pick(self.selector(), f"rate(requests_total[{self.duration()}])")
            choice = self.pick("", ', {region=~".+"}', ', {version="1"}', ', {__name__="target_info"}')
            return f"info({inner}{choice})"
        if kind < 0.6:
            return f"{self.pick('hour', 'minute', 'year', 'day_of_week', 'month')}()"
        if kind < 0.8:
            return f"absent({self.selector()})"
        return f"({self.vector(depth - 1)})"
