// The page: what each chart shows, the past once at the start, the present once a second.

import { history, present } from "./api.js";
import { Chart, element, WINDOW_MS } from "./chart.js";
import { bytes, bytesPerSecond, duration, percent, plain } from "./units.js";

const PACE_MS = 1000;
const HISTORY_STEP = "2s";

// Layers over other devices would count their traffic twice.
const isRealDisk = (name) => !/^(dm-|md|loop|ram|zram|sr)/.test(name);
const isRealNetwork = (name) => !/^(lo$|veth|docker|br-|virbr|cni|flannel|cali|tun|tap)/.test(name);

/** One line: its metric in the history, how the present reading says it, and which devices add up to it. */
const line = (name, metric, now, counts = () => true) => ({ name, metric, now, counts });
const deviceLine = (name, metric, field, counts) => line(name, metric, (reading) => total(reading, field, counts), counts);

const CHARTS = [
  {
    type: "cpu",
    title: "CPU",
    format: percent,
    top: 100,
    lines: [line("Used", "cpu_usage_percent", (reading) => reading.percent)],
    note: (reading) => (reading.count === 1 ? "1 processor" : `${reading.count} processors`),
  },
  {
    type: "memory",
    title: "Memory",
    format: percent,
    top: 100,
    lines: [line("Used", "memory_usage_percent", (reading) => reading.percent)],
    note: (reading) => `${bytes(reading.used)} of ${bytes(reading.total)}`,
  },
  {
    type: "disk",
    title: "Disk",
    format: bytesPerSecond,
    base: 1024,
    lines: [
      deviceLine("Read", "disk_read_bytes_per_second", "read_bytes_per_second", isRealDisk),
      deviceLine("Written", "disk_written_bytes_per_second", "write_bytes_per_second", isRealDisk),
    ],
    note: (reading) => names(reading, isRealDisk),
  },
  {
    type: "network",
    title: "Network",
    format: bytesPerSecond,
    base: 1024,
    lines: [
      deviceLine("Received", "network_receive_bytes_per_second", "recv_bytes_per_second", isRealNetwork),
      deviceLine("Sent", "network_transmit_bytes_per_second", "sent_bytes_per_second", isRealNetwork),
    ],
    note: (reading) => names(reading, isRealNetwork),
  },
  {
    type: "load",
    title: "Load",
    format: plain,
    lines: [
      line("1 min", "node_load1", (reading) => reading.load1),
      line("5 min", "node_load5", (reading) => reading.load5),
      line("15 min", "node_load15", (reading) => reading.load15),
    ],
    note: () => "processes that run or wait",
  },
];

const byId = (id) => document.getElementById(id);

/** The sum of what is there; null when nothing is. */
function sum(values) {
  const there = values.filter(Number.isFinite);
  return there.length === 0 ? null : there.reduce((a, b) => a + b, 0);
}

function total(reading, field, counts) {
  return sum(Object.entries(reading.devices).map(([name, device]) => (counts(name) ? device[field] : null)));
}

function names(reading, counts) {
  const all = Object.keys(reading.devices).filter(counts);
  return all.length > 3 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

/** The columns of a history as points of these lines. */
function pointsOf(columns, lines) {
  const parts = lines.map(({ metric, counts }) =>
    columns.series.filter((series) => series.metric === metric && counts(series.labels.device ?? "")),
  );
  return columns.time
    .map((t, i) => ({ t, values: parts.map((series) => sum(series.map((one) => one.values[i]))) }))
    .filter((point) => point.values.some(Number.isFinite));
}

async function showPast(chart, spec) {
  const { t } = await present(spec.type);
  chart.reset(pointsOf(await history(spec.type, t - WINDOW_MS, HISTORY_STEP), spec.lines));
}

async function showPresent(chart, spec) {
  const reading = await present(spec.type);
  chart.push(reading.t, spec.lines.map((one) => one.now(reading)));
  chart.note.textContent = spec.note(reading);
}

async function showHost() {
  const host = await present("host");
  const up = host.uptime === undefined ? null : `up ${duration(host.uptime)}`;
  byId("host").textContent = [host.instance, host.os, host.kernel, up].filter(Boolean).join(" · ");
  document.title = `${host.instance} · Oreum`;
}

async function showFilesystems() {
  const { mounts } = await present("filesystem");
  const rows = mounts.map((mount) => {
    const full = mount.percent ?? 0;
    const meter = element("meter", { max: 100, high: 90, value: full, ariaLabel: `${mount.mountpoint} full` });
    return element(
      "tr",
      {},
      element("td", { textContent: mount.mountpoint }),
      element("td", { textContent: bytes(mount.total ?? 0), className: "number" }),
      element("td", { className: "full" }, meter, percent(full)),
    );
  });
  byId("filesystems").replaceChildren(...rows);
}

function notice(text) {
  const box = byId("notice");
  if (box.textContent !== text) box.textContent = text;
  box.hidden = text === "";
}

/** Fetch fails with a TypeError or a time-out when nobody answers; other errors are the server's own words. */
function explain(error) {
  const away = error instanceof TypeError || error.name === "TimeoutError";
  return away ? "Oreum does not answer. Trying again every second." : `Oreum says: ${error.message}`;
}

/** Runs all; the first failure is shown, and the others are not held up by it. True when all went well. */
async function all(tasks) {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === "rejected");
  notice(failed ? explain(failed.reason) : "");
  return !failed;
}

function start() {
  const charts = CHARTS.map((spec) => ({ spec, chart: new Chart({ ...spec, lines: spec.lines.map((one) => one.name) }) }));
  byId("cards").prepend(...charts.map(({ chart }) => chart.root));
  let needsPast = true;
  let ticks = 0;

  async function tick() {
    const began = performance.now();
    if (document.hidden) {
      needsPast = true;
    } else {
      // The past is asked for again after a gap: the server was away, or the page was in the background.
      if (needsPast) needsPast = !(await all(charts.map(({ chart, spec }) => showPast(chart, spec))));
      const rare = ticks++ % 5 === 0 ? [showHost(), showFilesystems()] : [];
      const good = await all([...charts.map(({ chart, spec }) => showPresent(chart, spec)), ...rare]);
      needsPast ||= !good;
    }
    setTimeout(tick, Math.max(100, PACE_MS - (performance.now() - began)));
  }
  tick();
}

start();
