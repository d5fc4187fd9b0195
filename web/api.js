// What the page asks Oreum.

const TIMEOUT_MS = 5000;

async function get(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? body.title ?? `HTTP ${response.status}`);
  return body;
}

/** The present reading of a type, with t: the server's time in ms. */
export async function present(type) {
  const reading = await get(`api/v1/metrics/${type}`);
  return { ...reading, t: Date.parse(reading.timestamp) };
}

/** The stored past since `from` (ms): {time: [ms…], series: [{metric, labels, values}]}. */
export function history(type, from, step) {
  const query = new URLSearchParams({ from: (from / 1000).toFixed(3), step });
  return get(`api/v1/metrics/${type}?${query}`);
}
