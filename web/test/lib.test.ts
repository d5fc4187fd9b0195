import assert from "node:assert/strict";
import test from "node:test";
import { wordsOf } from "../src/i18n";
import { scoreOf, selectorOf } from "../src/lib/changes";
import { merged, toGrid, topLines } from "../src/lib/grid";
import { combined, errorPlace, fill, needsBand, placeAt, tokens, variants } from "../src/lib/promql";
import { fromInput, inputText, parseSpan, spanText, stepFor, tickText, timeTicks, zoomed } from "../src/lib/time";
import { conditionOf, reasons, score, type Vitals } from "../src/lib/trouble";
import { bytes, digits, duration, format, roundStep, seconds, speak } from "../src/lib/units";
import { moved } from "../src/parts/gestures";

test("numbers are as people read them", () => {
  assert.equal(bytes(1536), "1.5 KiB");
  assert.equal(bytes(1023.9), "1 KiB");
  assert.equal(format(0.4567, "percent"), "0.5 %");
  assert.equal(format(99.99, "percent"), "100 %");
  assert.equal(format(Number.NaN, "bytes"), "–");
  assert.equal(format(null, "bytes"), "–");
  assert.equal(format(Number.NEGATIVE_INFINITY, "plain"), "−∞");
  assert.equal(seconds(0.0021), "2.1 ms");
  assert.equal(seconds(93784), "1 d 2 h");
  assert.equal(duration(59), "59 s");
  assert.equal(digits(0.000123), "0.000123");
  assert.equal(digits(-1234), "-1234");
});

test("axes have round steps", () => {
  assert.equal(roundStep(100, 3, "percent"), 50);
  assert.equal(roundStep(1024, 3, "bytes"), 512);
  assert.equal(roundStep(9, 3, "count"), 5);
});

test("spans are read and written", () => {
  assert.equal(parseSpan("1h30m"), 5400);
  for (const bad of ["", "1", "h", "1x", "-5m", "5m "]) assert.equal(parseSpan(bad), null, bad);
  for (const span of [1, 59, 900, 5400, 90061]) assert.equal(parseSpan(spanText(span)), span);
});

test("steps keep points near the number that can be seen", () => {
  assert.equal(stepFor(300, 1, 400), 1);
  assert.equal(stepFor(300, 15, 400), 15);
  assert.equal(stepFor(4 * 3600, 1, 420), 60);
  assert.equal(stepFor(4 * 3600, 1, 1000), 15);
  for (const span of [60, 3600, 86_400, 30 * 86_400, 5 * 31_536_000]) {
    for (const points of [120, 420, 1200]) assert.ok(span / stepFor(span, 1, points) <= points, String(span));
  }
});

test("a zoom keeps the moment below the pointer", () => {
  const { from, to } = zoomed({ from: 0, to: 100 }, 25, 0.5);
  assert.equal((25 - from) / (to - from), 0.25);
  assert.equal(to - from, 50);
});

test("fingers pan and pinch", () => {
  const base = { from: 0, to: 100 };
  assert.equal(moved(base, [{ start: 50, x: 52 }], 0, 100), null, "a tap");
  assert.deepEqual(moved(base, [{ start: 50, x: 30 }], 0, 100), { from: 20, to: 120 });
  const pinch = moved(
    base,
    [
      { start: 40, x: 30 },
      { start: 60, x: 70 },
    ],
    0,
    100,
  );
  assert.deepEqual(pinch, { from: 25, to: 75 });
});

test("exact times are in the zone", () => {
  const t = Date.UTC(2026, 6, 1, 12, 0, 0) / 1000;
  assert.equal(inputText(t, "Asia/Seoul"), "2026-07-01T21:00:00");
  for (const zone of ["UTC", "Asia/Seoul", "America/New_York"]) assert.equal(fromInput(inputText(t, zone), zone), t);
  assert.equal(fromInput("nonsense", "UTC"), null);
  assert.equal(tickText(t, 600, { name: "UTC", lang: "en" }), "12:00");
});

test("the time axis has round times of the zone", () => {
  const from = Date.UTC(2026, 6, 1, 9, 58, 20) / 1000;
  const texts = (span: number, most: number, name: string) => {
    const ticks = timeTicks({ from, to: from + span }, most, name);
    assert.ok(ticks.length <= most + 1 && ticks.length >= most / 4, `${span} ${ticks.length}`);
    return ticks.map((t) => tickText(t, (ticks[1] ?? 0) - (ticks[0] ?? 0), { name, lang: "en" }));
  };
  assert.deepEqual(texts(300, 4, "UTC"), ["10:00", "10:02"]);
  assert.deepEqual(texts(3 * 86_400, 4, "Asia/Seoul"), ["Jul 2", "Jul 3", "Jul 4"]);
  assert.deepEqual(texts(12 * 3600, 4, "Asia/Kolkata"), ["18:00", "21:00", "Jul 2", "03:00"]);
  assert.ok(texts(5 * 31_536_000, 5, "UTC").every((text) => /\d{4}/.test(text)));
});

test("a machine's name stays text in PromQL", () => {
  assert.equal(fill("up{$i}", 'a"} or vector(1)#', 5), 'up{instance="a\\"} or vector(1)#"}');
  assert.equal(fill("rate(x{$i}[$r])", "$&", 8), 'rate(x{instance="$&"}[8s])');
});

test("bands hold the extremes of the samples themselves where they can", () => {
  const pace = { step: 60, interval: 1 };
  assert.ok(needsBand(pace));
  assert.ok(needsBand({ step: 2, interval: 1 }), "each second sample must not be lost");
  assert.ok(!needsBand({ step: 1, interval: 1 }));
  assert.deepEqual(variants("node_load1{$i}", "a", pace), {
    avg: 'avg_over_time(node_load1{instance="a"}[60s])',
    min: 'min_over_time(node_load1{instance="a"}[60s])',
    max: 'max_over_time(node_load1{instance="a"}[60s])',
  });
  const rate = variants("rate(x{$i}[$r])", "a", pace);
  assert.equal(rate.avg, 'rate(x{instance="a"}[60s])');
  assert.equal(rate.max, 'max_over_time((rate(x{instance="a"}[5s]))[60s:5s])');
  assert.equal(combined([{ expr: "a" }, { expr: "b" }], "", pace, true).split(" or ").length, 6);
});

test("errors of the API are found in the text", () => {
  assert.deepEqual(errorPlace('1:5: parse error: unexpected "x"', "sum(abc"), { from: 4, to: 7 });
  assert.deepEqual(errorPlace("2:1: parse error: x", "a +\nfoo )"), { from: 4, to: 7 });
  assert.deepEqual(errorPlace("1:4: parse error: x", '"é" b'), { from: 2, to: 3 }, "columns are bytes");
  assert.deepEqual(errorPlace("1:99: parse error: x", "ab"), { from: 1, to: 2 });
  assert.equal(errorPlace("execution: too much", "ab"), null);
});

test("any text is cut into tokens without loss", () => {
  for (const text of ['sum by (a) (rate(x{b="c"}[5m])) # d', '{"', "1e", "'", "µ ☃ \u0000", "a offset -5m @ 1.5"]) {
    assert.equal(
      tokens(text)
        .map((token) => token.text)
        .join(""),
      text,
    );
  }
});

test("completion knows where it is", () => {
  const at = (text: string) => placeAt(text, text.length);
  assert.equal(at("sum(rat").kind, "expression");
  assert.equal(at("sum(rat").word, "rat");
  assert.deepEqual(
    { ...at("node_load1{inst"), from: 0 },
    { kind: "label", word: "inst", from: 0, metric: "node_load1", label: "" },
  );
  const value = at('up{job="no');
  assert.deepEqual([value.kind, value.word, value.label, value.metric], ["value", "no", "job", "up"]);
  assert.equal(at("sum by (mo").kind, "label");
  assert.equal(at('up{job="node"').kind, "none");
  assert.equal(at("up # comm").kind, "none");
});

const series = (tag: string, values: (number | null)[]) => ({ metric: { _: tag, d: "x" }, values });

test("gaps stay gaps, and bands belong to their line", () => {
  const answer = [series("0.avg", [1, null, 3, null]), series("0.max", [null, null, 9, null])];
  const grid = toGrid(answer, 0, 3, 1);
  assert.equal(grid.lines.length, 1);
  assert.deepEqual(grid.lines[0]?.avg, [1, null, 3, null]);
  assert.deepEqual(grid.lines[0]?.max, [null, null, 9, null]);
  const marked = toGrid([series("4.1.min", [7])], 0, 0, 1);
  assert.deepEqual([marked.lines[0]?.index, marked.lines[0]?.min, marked.lines[0]?.avg], [1, [7], [null]]);
});

test("a moving grid takes its new end and lets go of its old start", () => {
  const old = toGrid([series("0.avg", [1, 2, 3])], 0, 2, 1);
  const add = toGrid([series("0.avg", [30, 4])], 2, 3, 1);
  const grid = merged(old, add, 1);
  assert.deepEqual(grid.times, [1, 2, 3]);
  assert.deepEqual(grid.lines[0]?.avg, [2, 30, 4]);
  const gone = merged(grid, toGrid([], 4, 6, 1), 4);
  assert.equal(gone.lines.length, 0);
  const fresh = merged(toGrid([], 0, 2, 1), add, 1);
  assert.deepEqual(fresh.lines[0]?.avg, [null, 30, 4]);
});

test("of many lines the highest are drawn, in their order", () => {
  const lines = toGrid(
    [1, 9, 5].map((v, i) => ({ metric: { _: "0.avg", d: String(i) }, values: [v] })),
    0,
    0,
    1,
  ).lines;
  assert.deepEqual(
    topLines(lines, 2).map((line) => line.labels.d),
    ["1", "2"],
  );
});

const fine: Vitals = { cpu: 5, memory: 40, swap: 0, disk: 50, load: 0.1, silent: 1 };

test("the most troubled machine comes first", () => {
  const rank = (vitals: Vitals) => score(vitals, reasons(vitals));
  assert.equal(conditionOf(reasons(fine)), "ok");
  assert.equal(conditionOf(reasons({ ...fine, disk: 97 })), "bad");
  assert.equal(conditionOf(reasons({ ...fine, silent: 500 })), "away");
  assert.ok(rank({ ...fine, silent: 500 }) > rank({ ...fine, disk: 97 }));
  assert.ok(rank({ ...fine, disk: 97 }) > rank({ ...fine, cpu: 95 }));
  assert.ok(rank({ ...fine, cpu: 80 }) > rank(fine));
});

test("what moved beyond its usual scores higher than noise", () => {
  assert.equal(scoreOf(5, 5, 0), 0);
  assert.ok(scoreOf(10, 30, 1) > scoreOf(10, 30, 20));
  assert.ok(Number.isFinite(scoreOf(0, 1, 0)));
  assert.equal(selectorOf({ __name__: "a", b: 'c"' }), '{__name__="a",b="c\\""}');
});

test("spans are said in the reader's language", () => {
  speak(wordsOf("ko").span);
  assert.equal(duration(93784), "1일 2시간");
  assert.equal(seconds(90), "1분 30초");
  speak(wordsOf("en").span);
  assert.equal(duration(93784), "1 d 2 h");
});
