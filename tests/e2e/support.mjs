// What the end-to-end tests share: the real program, the browser, a day of recorded-like data, checks.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "web", "package.json");
const require = createRequire(web);
const { chromium } = require("playwright-core");

const PATIENCE = 30_000; // ms until waiting is given up; never a measure of speed

/** A running program on a free port, or later on the port it had. */
export class Oreum {
  constructor(binary) {
    this.binary = binary;
    this.data = mkdtempSync(join(tmpdir(), "oreum-e2e-"));
    this.listen = "127.0.0.1:0";
  }

  async start() {
    const flags = ["run", "--data", this.data, "--listen", this.listen, "--log-level", "error", "--instance", "here"];
    this.process = spawn(this.binary, [...flags, "--slow-interval", "1s"], { stdio: ["ignore", "pipe", "inherit"] });
    const line = await new Promise((resolve, reject) => {
      this.process.stdout.once("data", (data) => resolve(String(data)));
      this.process.once("exit", (code) => reject(new Error(`oreum ended with ${code}`)));
    });
    this.url = /http:\/\/[\d.:]+/.exec(line)[0];
    this.listen = this.url.replace("http://", "");
    return this;
  }

  stop() {
    return new Promise((resolve) => {
      this.process.once("exit", resolve);
      this.process.kill("SIGTERM");
    });
  }

  remove() {
    rmSync(this.data, { recursive: true, force: true });
  }

  import(text) {
    const file = join(this.data, "import.om");
    writeFileSync(file, text);
    const done = spawnSync(this.binary, ["import", "openmetrics", file, "--server", this.url, "--quiet"], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`import: ${done.stdout}${done.stderr}`);
  }
}

/** Null: there is none. */
export function findChromium() {
  const places = [process.env.OREUM_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return places.find((place) => place && existsSync(place)) ?? null;
}

export const launch = (executablePath) => chromium.launch({ executablePath, args: ["--no-sandbox"] });

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The browser of a test, and what tests do with it. Its functions may be taken apart from it. */
export class Chromium {
  /** A missing Chromium ends the program: it is a skip on a laptop, a failure where CI=true. */
  static async start(pictures) {
    const executable = findChromium();
    if (!executable) {
      console.log("SKIP: there is no chromium; ./dev test installs it");
      process.exit(process.env.CI === "true" ? 1 : 77);
    }
    mkdirSync(pictures, { recursive: true });
    const one = new Chromium();
    one.browser = await launch(executable);
    one.pictures = pictures;
    one.axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    return one;
  }

  stop = () => this.browser.close();

  /** Opens a page of the dashboard. What the browser complains about is collected in `page.complaints`. */
  open = async (oreum, hash, options = {}) => {
    const context = await this.browser.newContext({ viewport: { width: 1400, height: 1000 }, locale: "en-US", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.complaints = [];
    page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
    page.on("pageerror", (error) => page.complaints.push(error.message));
    // Not until it is loaded whole: its pictures wait behind what a slow server does not answer.
    await page.goto(`${oreum.url}/#/${hash}`, { waitUntil: "domcontentloaded" });
    return page;
  };

  close = async (page) => {
    check(page.complaints.length === 0, `no complaints of the browser: ${page.complaints.join("; ")}`);
    await page.context().close();
  };

  drawn = (page, chart) => page.waitForSelector(`[data-chart="${chart}"] [data-phase="drawn"]`);
  picture = (page, name) => page.screenshot({ path: join(this.pictures, `${name}.png`) });

  /** By the debugger, which the page's policy does not bind. */
  axeClean = async (page, what) => {
    await page.evaluate(this.axe);
    const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
    const text = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`)}`).join("\n");
    check(violations.length === 0, `axe is content with ${what}:\n${text}`);
  };
}

/** Runs all tests, or those with OREUM_ONLY in their names; answers how many failed. */
export async function run(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    if (process.env.OREUM_ONLY && !name.includes(process.env.OREUM_ONLY)) continue;
    try {
      await test();
      console.log(`ok   ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}\n${error.stack}`);
    }
  }
  return failed;
}

/** A day at one second: a sine, a spike at noon, and a gap of half an hour. */
export function dayOfSamples(end) {
  const start = end - 86_400;
  const gap = [start + 30_000, start + 31_800];
  const metrics = {
    'cpu_usage_percent{instance="day"}': (i) => (i === 43_200 ? 97 : 40 + 20 * Math.sin(i / 5000)),
    'memory_usage_percent{instance="day"}': (i) => Math.round(50 + i / 4000),
    'node_load1{instance="day"}': (i) => Math.round(100 * (1 + Math.sin(i / 9000))) / 100,
    'node_cpu_seconds_total{cpu="0",instance="day",mode="idle"}': (i) => Math.round(i * 60) / 100,
    'node_cpu_seconds_total{cpu="0",instance="day",mode="user"}': (i) => Math.round(i * 40) / 100,
  };
  let text = "";
  for (const [series, value] of Object.entries(metrics)) {
    const name = series.slice(0, series.indexOf("{"));
    const type = name.endsWith("_total") ? "counter" : "gauge";
    if (!text.includes(`# TYPE ${name.replace(/_total$/, "")} `)) text += `# TYPE ${name.replace(/_total$/, "")} ${type}\n`;
    const lines = [];
    for (let i = 0; i < 86_400; i += 1) {
      if (start + i < gap[0] || start + i >= gap[1]) lines.push(`${series} ${value(i)} ${start + i}`);
    }
    text += `${lines.join("\n")}\n`;
  }
  return `${text}# EOF\n`;
}

/** Ten minutes of a machine whose disk does the same all the time and whose file system is full two days after `end`. */
export function busyDiskSamples(end) {
  const labels = 'instance="disk",device="sda"';
  const mount = 'instance="disk",device="/dev/sda1",fstype="ext4",mountpoint="/data"';
  const families = [
    ['node_load1{instance="disk"}', "gauge", () => 1],
    [`node_disk_read_bytes_total{${labels}}`, "counter", (t) => t * 2 ** 20],
    [`node_disk_reads_completed_total{${labels}}`, "counter", (t) => t * 100],
    [`node_disk_read_time_seconds_total{${labels}}`, "counter", (t) => t / 2],
    [`node_disk_io_time_seconds_total{${labels}}`, "counter", (t) => t / 4],
    [`node_filesystem_size_bytes{${mount}}`, "gauge", () => 1e12],
    // A tenth is kept for root.
    [`node_filesystem_free_bytes{${mount}}`, "gauge", (t) => (2 * 86_400 + 600 - t) * 1e6 + 1e11],
    [`node_filesystem_avail_bytes{${mount}}`, "gauge", (t) => (2 * 86_400 + 600 - t) * 1e6],
  ];
  const lines = families.flatMap(([series, type, value]) => [
    `# TYPE ${series.slice(0, series.indexOf("{")).replace(/_total$/, "")} ${type}`,
    ...Array.from({ length: 121 }, (_, i) => `${series} ${value(i * 5)} ${end - 600 + i * 5}`),
  ]);
  return `${lines.join("\n")}\n# EOF\n`;
}

/** What would be markup, if anybody took it for it. */
export const HOSTILE = "<img src=x onerror=window.hacked=1>";

/** A machine whose name, metrics and labels are hostile. */
export function hostileSamples(now) {
  const label = (name) => `${name}="${HOSTILE}"`;
  const rising = (i) => i / 10;
  const families = [
    ["cpu_usage_percent", "gauge", [], () => 7],
    ["disk_usage_percent", "gauge", ["mountpoint"], () => 99],
    ["node_load1", "gauge", [], () => 1],
    ["node_os_info", "gauge", ["pretty_name"], () => 1],
    ["node_uname_info", "gauge", ["release"], () => 1],
    ["node_cpu_seconds_total", "counter", ["cpu", "mode"], rising],
    ["node_disk_written_bytes_total", "counter", ["device"], rising],
    ["node_network_receive_bytes_total", "counter", ["device"], rising],
    ["node_filesystem_size_bytes", "gauge", ["device", "fstype", "mountpoint"], () => 1e9],
    ["node_filesystem_avail_bytes", "gauge", ["device", "fstype", "mountpoint"], () => 1e7],
    ["node_process_cpu_seconds_total", "counter", ["name"], rising],
    ["node_process_resident_memory_bytes", "gauge", ["name"], () => 1e6],
    ["container_cpu_usage_seconds_total", "counter", ["id", "name"], rising],
    ["container_memory_working_set_bytes", "gauge", ["id", "name"], () => 1e6],
    ["node_hwmon_temp_celsius", "gauge", ["chip", "sensor"], () => 40],
    [HOSTILE, "gauge", [], (i) => (i < 80 ? 1 : 1000)],
  ];
  const lines = [];
  for (const [metric, type, labels, value] of families) {
    const name = metric === HOSTILE ? `"${metric}"` : metric;
    lines.push(`# TYPE ${name.replace(/_total$/, "")} ${type}`);
    const inside = ["instance", ...labels].map(label).join(",");
    const series = metric === HOSTILE ? `{${name},${inside}}` : `${name}{${inside}}`;
    for (let i = 0; i <= 120; i += 1) lines.push(`${series} ${value(i)} ${now - 120 + i}`);
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}
