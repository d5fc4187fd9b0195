// The pictures of the README: the real program on this machine, beside three machines of recorded data that ends now.
//   ./dev screenshots          writes docs/images/*.png
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Chromium, Oreum } from "../tests/e2e/support.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [binary = join(root, "build/release/oreum"), folder = join(root, "docs/images")] = process.argv.slice(2);

/** The recorded scrapes, as { at: seconds, text }. */
function trace() {
  const packed = join(root, "bench/data/node-1s.txt.zst");
  const done = spawnSync("zstd", ["-d", "--long=27", "-c", packed], { maxBuffer: 1 << 30 });
  if (done.status !== 0) throw new Error(`zstd: ${done.stderr}`);
  const all = done.stdout;
  const scrapes = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const [, , ms, bytes] = all.toString("latin1", at, end).split(" ");
    scrapes.push({ at: Number(ms) / 1000, text: all.toString("utf8", end + 1, end + 1 + Number(bytes)) });
    at = end + 1 + Number(bytes) + 1;
    while (all[at] === 10) at += 1;
  }
  return scrapes;
}

/** As OpenMetrics of one machine, the last scrape `lag` scrapes before the newest; family by family, as the format wants. */
function samples(scrapes, instance, lag, now) {
  const last = scrapes[scrapes.length - 1 - lag].at;
  const families = new Map();
  for (const { at, text } of scrapes.slice(0, scrapes.length - lag)) {
    const t = (now - last + at).toFixed(3);
    for (const line of text.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const space = line.lastIndexOf(" ");
      const brace = line.indexOf("{");
      const name = line.slice(0, brace > 0 ? brace : space);
      const more = brace > 0 ? `,${line.slice(brace + 1, line.lastIndexOf("}"))}` : "";
      if (!families.has(name)) families.set(name, []);
      families.get(name).push(`${name}{instance="${instance}",job="node"${more}} ${line.slice(space + 1)} ${t}`);
    }
  }
  return families;
}

/** The plain gauges that Oreum makes of the counters, which node_exporter does not have. */
function gauges(families, instance) {
  const at = (line) => Number(line.slice(line.lastIndexOf(" ") + 1));
  const value = (line) => Number(line.split("} ")[1].split(" ")[0]);
  const idle = new Map();
  const all = new Map();
  for (const line of families.get("node_cpu_seconds_total") ?? []) {
    const t = at(line);
    all.set(t, (all.get(t) ?? 0) + value(line));
    if (/mode="(idle|iowait)"/.test(line)) idle.set(t, (idle.get(t) ?? 0) + value(line));
  }
  const lines = [];
  let before = null;
  for (const [t, sum] of all) {
    if (before !== null && sum > all.get(before)) {
      const used = 1 - (idle.get(t) - idle.get(before)) / (sum - all.get(before));
      lines.push(`cpu_usage_percent{instance="${instance}",job="node"} ${(100 * Math.max(0, used)).toFixed(2)} ${t.toFixed(3)}`);
    }
    before = t;
  }
  return lines;
}

function openMetrics(families, more) {
  const out = [];
  for (const [name, lines] of families) out.push(`# TYPE ${name.replace(/_total$/, "")} ${name.endsWith("_total") ? "counter" : "gauge"}`, ...lines);
  if (more.length > 0) out.push("# TYPE cpu_usage_percent gauge", ...more);
  return `${out.join("\n")}\n# EOF\n`;
}

const oreum = await new Oreum(binary).start();
const now = Math.floor(Date.now() / 1000);
const scrapes = trace();
for (const [instance, lag] of [["web-1:9100", 0], ["web-2:9100", 260], ["db-1:9100", 700]]) {
  const families = samples(scrapes, instance, lag, now);
  oreum.import(openMetrics(families, gauges(families, instance)));
}

const chromium = await Chromium.start(folder);
mkdirSync(folder, { recursive: true });
const size = { width: 1280, height: 800 };
const shots = {
  overview: ["overview?span=30m&theme=light", "tbody tr:nth-child(4) canvas, tbody tr:nth-child(4) svg"],
  machine: ["machine?i=web-1%3A9100&span=30m&theme=light", '[data-chart="memory_parts"] [data-phase="drawn"], [data-chart="cpu_cores"] [data-phase="drawn"]'],
  "machine-dark": ["machine?i=web-1%3A9100&span=30m&theme=dark", '[data-chart="cpu_cores"] [data-phase="drawn"]'],
  "machine-ko": ["machine?i=web-1%3A9100&span=30m&theme=light&lang=ko", '[data-chart="cpu_cores"] [data-phase="drawn"]'],
  explore: [`explore?${new URLSearchParams({ q: 'sum by (mode) (rate(node_cpu_seconds_total{instance="web-1:9100",mode!="idle"}[1m]))', span: "30m", theme: "light" })}`, ".plot.drawn .legend li"],
};
for (const [name, [hash, ready]] of Object.entries(shots)) {
  const page = await chromium.open(oreum, hash, { viewport: size, locale: name.endsWith("ko") ? "ko-KR" : "en-US" });
  await page.waitForSelector(ready, { state: "attached" });
  await page.waitForTimeout(1500); // for charts below the first
  await chromium.picture(page, name);
  await page.context().close();
}
await chromium.stop();
await oreum.stop();
oreum.remove();
// Fewer colours where the tool is there: half the bytes, nothing to be seen.
for (const name of Object.keys(shots)) {
  const file = join(folder, `${name}.png`);
  spawnSync("pngquant", ["--force", "--skip-if-larger", "--output", file, "256", file]);
  console.log(`${file}: ${Math.round(readFileSync(file).length / 1024)} KB`);
}
