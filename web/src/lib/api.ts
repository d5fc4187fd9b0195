// What the page asks Oreum. Answers are data to judge, never markup.
import { timed } from "./answers";
import { TAG, tagged } from "./promql";

export type Labels = Record<string, string>;
/** One series over time: a value for each step asked, null where there is none. */
export interface Series {
  metric: Labels;
  values: (number | null)[];
}
export interface InstantSample {
  metric: Labels;
  value: number;
}
export interface Instance {
  instance: string;
  last_sample: string;
  local: boolean;
}

/** The server's own words about a request that it refused or could not answer. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 30_000;

function limited(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

async function read(response: Response, also?: number): Promise<unknown> {
  const text = await response.text();
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ServerError(text.trim().slice(0, 200) || `HTTP ${response.status}`, response.status);
  }
  if (response.ok || response.status === also) return body;
  throw new ServerError(String(body.error ?? body.detail ?? body.title ?? `HTTP ${response.status}`), response.status);
}

function send<T>(path: string, init: RequestInit, signal?: AbortSignal, also?: number): Promise<T> {
  const answer = fetch(path, { ...init, signal: limited(signal) }).then((response) => read(response, also));
  return timed(answer) as Promise<T>;
}

const headers = { Accept: "application/json" };

/** An answer of the status `also` is one, too. */
export const getJson = <T>(path: string, signal?: AbortSignal, also?: number) =>
  send<T>(path, { headers }, signal, also);

export const postJson = <T>(path: string) => send<T>(path, { method: "POST", headers });

interface PrometheusAnswer<T> {
  data: T;
}

/** POST, because an expression may be longer than an address. */
const ask = <T>(path: string, form: Record<string, string>, signal?: AbortSignal) =>
  send<PrometheusAnswer<T>>(path, { method: "POST", body: new URLSearchParams(form) }, signal);

/** "+Inf", "NaN" … as Prometheus writes them. */
export function toNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

/** NaN and the infinities come as text; they are not drawn. */
interface RawColumns {
  result: { metric: Labels; values: (number | string | null)[] }[];
}

function finite({ metric, values }: RawColumns["result"][number]): Series {
  for (let i = 0; i < values.length; i += 1) if (typeof values[i] === "string") values[i] = null;
  return { metric, values: values as (number | null)[] };
}

/** from, to, step and lookback in seconds; without lookback the server's own holds. */
export async function queryRange(
  query: string,
  from: number,
  to: number,
  step: number,
  lookback: number | undefined,
  signal?: AbortSignal,
): Promise<Series[]> {
  const form: Record<string, string> = { query, start: String(from), end: String(to), step: String(step) };
  form.format = "columns";
  if (lookback !== undefined) form.lookback_delta = String(lookback);
  return (await ask<RawColumns>("api/v1/query_range", form, signal)).data.result.map(finite);
}

interface RawInstant {
  resultType: string;
  result: { metric: Labels; value: [number, string] }[] | [number, string];
}

/** At a time (seconds), or now. A scalar becomes one sample without labels. */
export async function queryInstant(query: string, time?: number, signal?: AbortSignal): Promise<InstantSample[]> {
  const form: Record<string, string> = { query };
  if (time !== undefined) form.time = time.toFixed(3);
  const { data } = await ask<RawInstant>("api/v1/query", form, signal);
  if (data.resultType === "scalar" || data.resultType === "string") {
    return [{ metric: {}, value: toNumber((data.result as [number, string])[1]) }];
  }
  if (data.resultType !== "vector") throw new ServerError("this is a range; the graph needs one value at a time", 400);
  return (data.result as { metric: Labels; value: [number, string] }[]).map(({ metric, value }) => ({
    metric,
    value: toNumber(value[1]),
  }));
}

/** Several expressions at a time in one request; each sample says in a label of ours whose it is. */
export async function queryTogether<Name extends string>(
  queries: Record<Name, string>,
  time?: number,
  signal?: AbortSignal,
): Promise<Record<Name, InstantSample[]>> {
  const names = Object.keys(queries) as Name[];
  const together = names.map((name) => tagged(queries[name], name)).join(" or ");
  const found = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, InstantSample[]>;
  for (const { metric, value } of await queryInstant(together, time, signal)) {
    const { [TAG]: tag, ...labels } = metric;
    found[tag as Name]?.push({ metric: labels, value });
  }
  return found;
}

/** The tree is not used; only whether it parses. Null: it does. */
export async function parseError(query: string, signal?: AbortSignal): Promise<string | null> {
  try {
    await ask("api/v1/parse_query", { query }, signal);
    return null;
  } catch (error) {
    if (error instanceof ServerError && error.status === 400) return error.message;
    throw error;
  }
}

export async function instances(): Promise<Instance[]> {
  return (await getJson<{ instances: Instance[] }>("api/v1/instances")).instances;
}

async function list(path: string, signal?: AbortSignal): Promise<string[]> {
  return (await getJson<{ data: string[] }>(path, signal)).data;
}

export const metricNames = (signal?: AbortSignal) => list("api/v1/label/__name__/values?limit=5000", signal);

export function labelNames(metric: string, signal?: AbortSignal) {
  const match = metric ? `?${new URLSearchParams({ "match[]": `{__name__=${JSON.stringify(metric)}}` })}` : "";
  return list(`api/v1/labels${match}`, signal);
}

export function labelValues(label: string, metric: string, signal?: AbortSignal) {
  const match = metric ? `&${new URLSearchParams({ "match[]": `{__name__=${JSON.stringify(metric)}}` })}` : "";
  return list(`api/v1/label/${encodeURIComponent(label)}/values?limit=200${match}`, signal);
}

export async function functionNames(): Promise<string[]> {
  const { data } = await getJson<{ data: { promql_functions: Record<string, boolean> } }>("api/v1/features");
  return Object.keys(data.promql_functions).filter((name) => data.promql_functions[name]);
}

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

export async function metadata(): Promise<Record<string, MetricMetadata[]>> {
  return (await getJson<{ data: Record<string, MetricMetadata[]> }>("api/v1/metadata")).data;
}

/** Nobody answered, in time or at all; other failures are the server's words. */
export const isAway = (error: unknown) =>
  error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
/** The server's own No to this question: asked again, it would say the same. */
export const isRefused = (error: unknown) => error instanceof ServerError && error.status >= 400 && error.status < 500;
export const isAborted = (error: unknown) => error instanceof DOMException && error.name === "AbortError";
