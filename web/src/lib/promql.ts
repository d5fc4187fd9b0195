// From the expressions of the chart table to those that are asked.

/** A string in PromQL; a hostile name stays text. */
export const quoted = (text: string) => JSON.stringify(text);

export interface Pace {
  step: number; // seconds between points
  interval: number; // seconds between samples
}

const LEAST_SAMPLES = 4; // in a window of rate(), so that one late sample makes no gap

/** $i: the machine; $r: the window of rate(). */
export function fill(expr: string, instance: string, window: number): string {
  // By a function: in a replacement text $& would mean something.
  return expr.replace(/\$[ir]/g, (macro) => (macro === "$i" ? `instance=${quoted(instance)}` : `${window}s`));
}

export const window = ({ step, interval }: Pace) => Math.max(step, LEAST_SAMPLES * interval);

/** What a reader is shown, and Explore opened with. */
export const shown = (expr: string, instance: string, pace: Pace) => fill(expr, instance, window(pace));

const isSelector = (expr: string) => /^[a-zA-Z_:][\w:]*(\{[^{}]*\})?$/.test(expr);

/** Where a point stands for more than one sample, its extremes are shown with it. */
export const needsBand = ({ step, interval }: Pace) => step > interval;

export interface Variants {
  avg: string;
  min: string;
  max: string;
}

const PARTS = 12; // means of a twelfth of a point are what min and max are taken of

/**
 * A line's mean within each point, and the least and most within it. Of an expression they are taken of means of parts of a
 * point; where a plain gauge says the same, its samples themselves are asked, and no second is missed.
 */
export function variants(expr: string, instance: string, pace: Pace, gauge?: string): Variants {
  if (gauge) {
    const exact = variants(gauge, instance, pace);
    const rough = variants(expr, instance, pace);
    const either = (by: string, v: keyof Variants) => `${by} by (instance) (${exact[v]} or ${rough[v]})`;
    return { avg: either("max", "avg"), min: either("min", "min"), max: either("max", "max") };
  }
  const { step, interval } = pace;
  const part = Math.max(interval, Math.ceil(step / PARTS));
  if (isSelector(expr)) {
    const over = (f: string) => `${f}_over_time(${fill(expr, instance, step)}[${step}s])`;
    return { avg: over("avg"), min: over("min"), max: over("max") };
  }
  const fine = fill(expr, instance, Math.max(part, LEAST_SAMPLES * interval));
  const over = (f: string) => `${f}_over_time((${fine})[${step}s:${part}s])`;
  const avg = expr.includes("$r") ? fill(expr, instance, window(pace)) : over("avg");
  return { avg, min: over("min"), max: over("max") };
}

export const TAG = "_";

export const tagged = (expr: string, tag: string) => `label_replace(${expr}, "${TAG}", "${tag}", "", "")`;

/** What a line asks; see variants(). */
export interface Asked {
  expr: string;
  gauge?: string | undefined;
}

/**
 * One query for all lines of a chart: each series says in label _ which line it is of, and which variant. Before that
 * stands `mark`, where several charts are asked at once.
 */
export function combined(lines: Asked[], instance: string, pace: Pace, band: boolean, mark = ""): string {
  const parts = lines.flatMap(({ expr, gauge }, i) => {
    if (!band) return [tagged(fill(expr, instance, window(pace)), `${mark}${i}.avg`)];
    const { avg, min, max } = variants(expr, instance, pace, gauge);
    const tags = { avg, min, max };
    return Object.entries(tags).map(([variant, text]) => tagged(text, `${mark}${i}.${variant}`));
  });
  return parts.join(" or ");
}

/** Where in the text an error of the API points ("1:5: parse error: …", columns in bytes); null when nowhere. */
export function errorPlace(message: string, text: string): { from: number; to: number } | null {
  const match = /(\d+):(\d+): parse error/.exec(message);
  if (!match) return null;
  const lines = text.split("\n");
  const line = Number(match[1]) - 1;
  let at = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  let rest = Number(match[2]) - 1;
  for (const char of lines[line] ?? "") {
    if (rest <= 0) break;
    rest -= new TextEncoder().encode(char).length;
    at += char.length;
  }
  const from = Math.min(at, Math.max(0, text.length - 1));
  const word = /^[\w:.]+/.exec(text.slice(from));
  return { from, to: from + Math.max(1, word?.[0].length ?? 1) };
}

export type TokenKind =
  | "function"
  | "keyword"
  | "label"
  | "string"
  | "number"
  | "operator"
  | "comment"
  | "metric"
  | "space";
export interface Token {
  kind: TokenKind;
  text: string;
  at: number;
}

const KEYWORDS = new Set(
  "by without on ignoring group_left group_right offset bool and or unless atan2 start end anchored smoothed fill fill_left fill_right".split(
    " ",
  ),
);
export const AGGREGATIONS =
  "sum avg min max count group stddev stdvar topk bottomk quantile count_values limitk limit_ratio".split(" ");
const PATTERN =
  /(?<comment>#[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`?)|(?<number>(?:\d[\d_]*\.?\d*(?:e[+-]?\d+)?(?:ms|[smhdwy])?)+|\.\d+)|(?<word>[a-zA-Z_:][\w:.]*)|(?<space>\s+)|(?<operator>[=!]~|[=!<>]=|.)/giu;

/** For colours and completion; it never fails, whatever the text. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let braces = 0;
  for (const match of text.matchAll(PATTERN)) {
    const { comment, string, number, word, space } = match.groups ?? {};
    const at = match.index;
    let kind: TokenKind = "operator";
    if (comment) kind = "comment";
    else if (string) kind = "string";
    else if (number) kind = "number";
    else if (space) kind = "space";
    else if (word) kind = wordKind(word, text.slice(at + word.length), braces > 0);
    if (match[0] === "{") braces += 1;
    if (match[0] === "}") braces = Math.max(0, braces - 1);
    out.push({ kind, text: match[0], at });
  }
  return out;
}

function wordKind(word: string, after: string, inBraces: boolean): TokenKind {
  if (inBraces) return "label";
  if (/^\s*\(/.test(after) && !KEYWORDS.has(word.toLowerCase())) return "function";
  if (KEYWORDS.has(word.toLowerCase())) return "keyword";
  return AGGREGATIONS.includes(word.toLowerCase()) ? "function" : "metric";
}

export interface Place {
  kind: "expression" | "label" | "value" | "none";
  word: string;
  from: number; // where the word begins
  metric: string; // of the selector around, for labels and values
  label: string;
}

/** What may be completed where the caret is. */
export function placeAt(text: string, caret: number): Place {
  const before = tokens(text.slice(0, caret));
  const last = before.at(-1);
  const none: Place = { kind: "none", word: "", from: caret, metric: "", label: "" };
  const open = openBrace(before);
  const metric = open > 0 && before[open - 1]?.kind !== "operator" ? (before[open - 1]?.text ?? "") : "";
  if (last?.kind === "string" && open >= 0) {
    const label = before.slice(open + 1).findLast((token) => token.kind === "label")?.text ?? "";
    if (/^(["'`]).*\1$/s.test(last.text) && last.text.length > 1) return none;
    return { kind: "value", word: last.text.slice(1), from: last.at + 1, metric, label };
  }
  if (last?.kind === "comment" || last?.kind === "string" || last?.kind === "number") return none;
  const isWord = last !== undefined && ["label", "metric", "function", "keyword"].includes(last.kind);
  const word = isWord ? last.text : "";
  const from = isWord ? last.at : caret;
  if (open >= 0) return { ...none, kind: "label", word, from, metric };
  if (inGrouping(isWord ? before.slice(0, -1) : before)) return { ...none, kind: "label", word, from };
  return isWord ? { ...none, kind: "expression", word, from } : none;
}

/** The index of the brace that is still open; −1 when none is. */
function openBrace(list: Token[]): number {
  for (let i = list.length - 1; i >= 0; i -= 1) {
    if (list[i]?.text === "}") return -1;
    if (list[i]?.text === "{") return i;
  }
  return -1;
}

/** Behind `by (`, `on (a, ` and the like. */
function inGrouping(list: Token[]): boolean {
  const solid = list.filter((token) => token.kind !== "space");
  let i = solid.length - 1;
  while (i >= 0 && (solid[i]?.text === "," || solid[i]?.kind === "metric")) i -= 1;
  return solid[i]?.text === "(" && /^(by|without|on|ignoring|group_left|group_right)$/i.test(solid[i - 1]?.text ?? "");
}
