"""`oreum test rules`, `check rules` and `check metrics` beside Debian's promtool: the same verdicts on the same files."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from oreum import call, peer, run_tests  # noqa: E402

PROMTOOL = os.environ.get("OREUM_PROMTOOL") or peer("prometheus", "promtool")

RULES = """groups:
- name: recorded
  interval: 30s
  rules:
  - record: job:requests:rate
    expr: sum by (job) (rate(requests_total[5m]))
  - record: job:requests:rate:doubled
    expr: job:requests:rate * 2
    labels:
      kind: doubled
- name: alerts
  rules:
  - alert: InstanceDown
    expr: up == 0
    for: 5m
    labels:
      severity: page
      summary_of: "{{ $labels.instance }}"
    annotations:
      summary: "Instance {{ $labels.instance }} down for {{ $value | humanizeDuration }}"
      link: '{{ $externalURL }} {{ $externalLabels.region }}'
  - alert: Busy
    expr: job:requests:rate > 1
    annotations:
      text: >-
        {{ $labels.job | toUpper }} {{ printf "%.2f" $value }} {{ humanize 1234567.0 }} {{ humanize1024 2048.0 }}
        {{ humanizePercentage 0.1234 }} {{ humanizeTimestamp 1435065584.128 }} {{ humanizeDuration 3661.0 }}
      query: '{{ range query "sort(up)" }}{{ .Labels.instance }}={{ .Value }};{{ end }}{{ with query "nothing" }}some{{ else }}none{{ end }}'
      logic: '{{ if gt $value 1.5 }}high{{ else if eq $labels.job "api" }}api{{ else }}low{{ end }}'
      words: '{{ title "some words" }} {{ reReplaceAll "a(.)" "<$1>" "abac" }} {{ match "^a" "abc" }} {{ len "four" }}'
      first: '{{ query "sort(up)" | first | value }} {{ query "up" | sortByLabel "instance" | first | label "instance" }}'
      trim: "a {{- /* nothing */ -}} b"
      missing: "<{{ $labels.nope }}>"
      variable: '{{ $x := "v" }}{{ $x }}{{ range $i, $s := query "up" }}{{ $i }}{{ end }}'
      verbs: '{{ printf "%5.1f|%-4s|%q|%d|%v|%s" 3.14159 "ab" "q" 7 1e6 2.5 }}'
      port: '{{ stripPort "host:80" }} {{ stripDomain "host.example.com:80" }} {{ parseDuration "1h" }}'
  - alert: Kept
    expr: flag == 1
    {KEEP}
"""

TEST = """rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- name: {NAME}
  interval: 1m
  external_labels: {{region: north}}
  external_url: http://oreum.example:9090/x
  input_series:
  - series: 'up{{instance="a", job="api"}}'
    values: '1 1 0x20'
  - series: 'up{{instance="b", job="api"}}'
    values: '1x30'
  - series: 'requests_total{{job="api"}}'
    values: '0+120x30'
  - series: 'requests_total{{job="db"}}'
    values: '0+6x10 _x5 stale 5'
  - series: flag
    values: '0 1 1 0x20'
  alert_rule_test: {ALERTS}
  promql_expr_test: {QUERIES}
"""

DOWN = """
  - eval_time: 6m59s
    alertname: InstanceDown
  - eval_time: 7m
    alertname: InstanceDown
    exp_alerts:
    - exp_labels: {severity: page, instance: a, job: api, summary_of: a}
      exp_annotations: {summary: Instance a down for 0s, link: "http://oreum.example:9090/x north"}
"""

BUSY = """
  - eval_time: 6m
    alertname: Busy
    exp_alerts:
    - exp_labels: {job: api}
      exp_annotations:
        text: API 2.00 1.235M 2ki 12.34% 2015-06-23 13:19:44.128 +0000 UTC 1h 1m 1s
        query: a=0;b=1;none
        logic: high
        words: Some Words <b><c> true 4
        first: 0 a
        trim: ab
        missing: <>
        variable: v01
        verbs: '  3.1|ab  |"q"|7|1e+06|%!s(float64=2.5)'
        port: host host:80 3600
"""

QUERIES = """
  - expr: job:requests:rate
    eval_time: 6m
    exp_samples:
    - {labels: 'job:requests:rate{job="api"}', value: 2}
    - {labels: 'job:requests:rate{job="db"}', value: 0.1}
  - expr: job:requests:rate:doubled
    eval_time: 6m
    exp_samples:
    - {labels: 'job:requests:rate:doubled{job="db", kind="doubled"}', value: 0.2}
    - {labels: 'job:requests:rate:doubled{job="api", kind="doubled"}', value: 4}
  - expr: ALERTS{alertname="InstanceDown"}
    eval_time: 3m
    exp_samples:
    - labels: 'ALERTS{alertname="InstanceDown", alertstate="pending", instance="a", job="api", severity="page", summary_of="a"}'
      value: 1
  - expr: ALERTS_FOR_STATE{alertname="InstanceDown"}
    eval_time: 8m
    exp_samples:
    - labels: 'ALERTS_FOR_STATE{alertname="InstanceDown", instance="a", job="api", severity="page", summary_of="a"}'
      value: 120
  - expr: nothing
    eval_time: 1m
  - expr: time()
    eval_time: 90s
    exp_samples: [{labels: '{}', value: 90}]
"""


def verdicts(files, *command):
    """(our code, promtool's code, our output) of a command in a folder with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w") as f:
                f.write(text)
        command = [*command[:-1], os.path.join(folder, command[-1])]
        code, out, err = call(*command)
        theirs = subprocess.run([PROMTOOL, *command], capture_output=True, text=True)
    return code, theirs.returncode, out + err, theirs.stdout + theirs.stderr


def rule_tests(alerts="[]", queries="[]", keep="labels: {}"):
    rules = RULES.replace("{KEEP}", keep)
    test = TEST.format(NAME="one", ALERTS=alerts or "[]", QUERIES=queries or "[]")
    return verdicts({"rules.yml": rules, "test.yml": test}, "test", "rules", "test.yml")


def both(expected, result):
    ours, theirs, our_text, their_text = result
    assert (ours, theirs) == (expected, expected), f"we say {ours}, promtool {theirs}\n{our_text}\n---\n{their_text}"


def test_what_is_right_passes():
    both(0, rule_tests(DOWN, QUERIES))


def test_templates():
    both(0, rule_tests(BUSY))


def test_alerts_are_kept():
    kept = """
  - eval_time: 4m
    alertname: Kept
    exp_alerts: [{exp_labels: {}}]
  - eval_time: 5m
    alertname: Kept
"""
    ours, _, text, _ = rule_tests(kept, keep="keep_firing_for: 2m")  # which version 2.42 does not know
    assert ours == 0, text
    both(0, rule_tests("[{eval_time: 2m, alertname: Kept, exp_alerts: [{exp_labels: {}}]}, {eval_time: 3m, alertname: Kept}]"))


def test_each_wrong_expectation_fails():
    for right, wrong in (("7m\n", "6m\n"), ("instance: a,", "instance: b,"), ("page,", "none,"), ("down for 0s", "down")):
        assert right in DOWN
        both(1, rule_tests(DOWN.replace(right, wrong, 1) if right != "7m\n" else DOWN.replace(right, wrong)))
    for right, wrong in (("value: 2}", "value: 2.1}"), ('job="api"', 'job="x"'), ("value: 120", "value: 121"),
                         ("expr: nothing", "expr: up"), ("eval_time: 90s", "eval_time: 91s")):
        assert right in QUERIES
        both(1, rule_tests("[]", QUERIES.replace(right, wrong, 1)))


def test_files_that_are_none_fail():
    good = RULES.replace("{KEEP}", "labels: {}")
    test = TEST.format(NAME="x", ALERTS="[]", QUERIES="[]")
    both(1, verdicts({"rules.yml": good, "test.yml": "a: [b"}, "test", "rules", "test.yml"))
    both(1, verdicts({"rules.yml": good, "test.yml": test + "  unknown: 1\n"}, "test", "rules", "test.yml"))
    both(1, verdicts({"rules.yml": good, "test.yml": test.replace("0+120x30", "0+x30")}, "test", "rules", "test.yml"))
    both(1, verdicts({"rules.yml": good.replace("up == 0", "up ="), "test.yml": test}, "test", "rules", "test.yml"))
    both(1, verdicts({}, "test", "rules", "missing.yml"))


def test_groups_are_evaluated_in_order():
    rules = """groups:
- name: second
  rules: [{record: b, expr: a + 1}]
- name: first
  rules: [{record: a, expr: time()}]
"""
    test = """rule_files: [rules.yml]
group_eval_order: [first, second]
tests:
- promql_expr_test: [{expr: b, eval_time: 2m, exp_samples: [{labels: 'b', value: 121}]}]
"""
    both(0, verdicts({"rules.yml": rules, "test.yml": test}, "test", "rules", "test.yml"))


GOOD = "groups:\n- name: g\n  rules:\n  - {record: a, expr: up}\n  - {alert: A, expr: up, for: 1m, annotations: {x: '{{ $value }}'}}\n"
BAD_RULES = [
    "groups:\n- name: g\n  rules:\n  - {record: a, expr: 'up ='}\n",
    "groups:\n- name: g\n  rules:\n  - {record: a}\n",
    "groups:\n- name: g\n  rules:\n  - {record: a, alert: b, expr: up}\n",
    "groups:\n- name: g\n  rules:\n  - {expr: up}\n",
    "groups:\n- name: g\n  rules:\n  - {record: a, expr: up, for: 5m}\n",
    "groups:\n- name: g\n  rules:\n  - {record: a, expr: up, annotations: {x: y}}\n",
    "groups:\n- name: g\n  rules:\n  - {alert: a, expr: up, for: soon}\n",
    "groups:\n- name: g\n  rules:\n  - {alert: a, expr: up, labels: {__name__: x}}\n",
    "groups:\n- name: g\n  rules:\n  - {alert: a, expr: up, annotations: {x: '{{ $value'}}\n",
    "groups:\n- name: g\n  rules:\n  - {alert: a, expr: up, annotations: {x: '{{ nope }}'}}\n",
    "groups:\n- name: g\n  rules: []\n- name: g\n  rules: []\n",
    "groups:\n- rules: []\n",
    "groups:\n- name: g\n  colour: red\n  rules: []\n",
    "other: 1\n",
    "groups: [\n",
    "groups: text\n",
]


def test_check_rules():
    both(0, verdicts({"r.yml": GOOD}, "check", "rules", "r.yml"))
    both(0, verdicts({"r.yml": "groups: []\n"}, "check", "rules", "r.yml"))
    for bad in BAD_RULES:
        both(1, verdicts({"r.yml": bad}, "check", "rules", "r.yml"))
    out = verdicts({"r.yml": BAD_RULES[0]}, "check", "rules", "r.yml")[2]
    assert "r.yml:4:23" in out and "parse error" in out, out


def test_check_rules_finds_what_is_there_twice():
    twice = GOOD + "  - {record: a, expr: up + 1}\n"
    both(0, verdicts({"r.yml": twice}, "check", "rules", "r.yml"))
    both(3, verdicts({"r.yml": twice}, "check", "rules", "--lint-fatal", "r.yml"))


def metrics_verdicts(text):
    ours = call("check", "metrics", stdin=text)
    theirs = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True)
    return ours[0], theirs.returncode, ours[2], theirs.stderr


def test_check_metrics():
    good = "# HELP a_seconds h\n# TYPE a_seconds gauge\na_seconds 1\n"
    both(0, metrics_verdicts(good))
    for bad in ("a 1\n", "# HELP a h\n# TYPE a counter\na 1\n", "# HELP a_total h\n# TYPE a_total gauge\na_total 1\n",
                "# HELP a_milliseconds h\n# TYPE a_milliseconds gauge\na_milliseconds 1\n",
                "# HELP camelCase h\n# TYPE camelCase gauge\ncamelCase 1\n", "# HELP a:b h\n# TYPE a:b gauge\na:b 1\n",
                "# HELP a h\n# TYPE a gauge\na{le=\"1\"} 1\n", "# HELP a h\n# TYPE a gauge\na{quantile=\"1\"} 1\n",
                "# HELP a_count h\n# TYPE a_count gauge\na_count 1\n", "# HELP a_gauge h\n# TYPE a_gauge gauge\na_gauge 1\n",
                "# HELP a_ms h\n# TYPE a_ms gauge\na_ms 1\n"):
        result = metrics_verdicts(bad)
        both(3, result)
        assert sorted(result[2].splitlines()) == sorted(result[3].splitlines()), result
    both(1, metrics_verdicts("a{ 1\n"))


run_tests(globals())
