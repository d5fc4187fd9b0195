// How fast the dashboard draws, in headless Chromium: measure.mjs URL JSON. JSON: {"instance", "end", "span", "runs", "live"}.
// Prints one line of JSON. Started by bench/dashboard.py, which fills a store first.
import { findChromium, launch } from "../../tests/e2e/support.mjs";

const [url, text] = process.argv.slice(2);
const { instance, end, span, runs, live } = JSON.parse(text);
const executable = findChromium();
if (!executable) {
  console.error("there is no chromium; ./dev test installs it");
  process.exit(1);
}
const CHARTS = 40; // at least so many are on the page
const PATIENCE = 120_000;
const WINDOW = { width: 1400, height: 1000 };
const FRAMES_MS = 4000;
const WINDOW_MS = 2500; // a new window of the browser loads its own address field's page meanwhile, which is not ours

const iso = (t) => new Date(t * 1000).toISOString();
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

/** In the page, before anything of it runs: notes when each chart was first drawn, and tasks that take long. */
function watch() {
  window.marks = { drawn: {}, long: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.marks.long.push({ start: entry.startTime, ms: entry.duration });
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    for (const chart of document.querySelectorAll("[data-chart]")) {
      const id = chart.dataset.chart;
      const phase = chart.querySelector("[data-phase]")?.dataset.phase;
      if (window.marks.drawn[id] === undefined && phase && phase !== "loading") window.marks.drawn[id] = performance.now();
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-phase"] });
}

async function opened(browser, viewport, hash) {
  const context = await browser.newContext({ viewport, locale: "en-US" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(watch);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable");
  await page.waitForTimeout(WINDOW_MS);
  await page.goto(`${url}/#/${hash}`, { waitUntil: "commit" });
  return { page, cdp, context };
}

const charts = (page) =>
  page.waitForFunction((least) => {
    const all = document.querySelectorAll("[data-chart]").length;
    return all >= least && Object.keys(window.marks.drawn).length >= all;
  }, CHARTS);

async function spent(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name) => metrics.find((one) => one.name === name).value * 1000;
  return { task: of("TaskDuration"), script: of("ScriptDuration"), layout: of("LayoutDuration"), style: of("RecalcStyleDuration") };
}

/** From navigation to the last chart drawn, in milliseconds, and what that took. */
async function drawing(browser, viewport) {
  const { page, cdp, context } = await opened(browser, viewport, `machine?i=${instance}&span=${span}&end=${iso(end)}`);
  await charts(page);
  const found = await page.evaluate(() => {
    const seen = [...document.querySelectorAll("[data-chart]")]
      .filter((chart) => chart.getBoundingClientRect().top < innerHeight)
      .map((chart) => chart.dataset.chart);
    const asked = performance.getEntriesByType("resource").filter((one) => one.name.includes("/query"));
    const last = Math.max(...Object.values(window.marks.drawn));
    return {
      charts: Object.keys(window.marks.drawn).length,
      lines: document.querySelectorAll(".plot.drawn").length,
      seen: Math.max(...seen.map((id) => window.marks.drawn[id])),
      all: last,
      requests: asked.length,
      kilobytes: asked.reduce((sum, one) => sum + one.transferSize, 0) / 1024,
      asking: Math.max(...asked.map((one) => one.responseEnd)) - Math.min(...asked.map((one) => one.startTime)),
      waiting: asked.reduce((sum, one) => sum + one.responseEnd - one.requestStart, 0),
      first: Math.min(...asked.map((one) => one.startTime)),
      longest: Math.max(0, ...window.marks.long.map((one) => one.ms)),
    };
  });
  Object.assign(found, await spent(cdp));
  await context.close();
  return found;
}

/** Frame times while something moves in each frame; `move` runs in the page. */
async function frames(page, cdp, move) {
  const before = await spent(cdp);
  const times = await page.evaluate(
    ([source, ms]) =>
      new Promise((done) => {
        const step = new Function(`return ${source}`)();
        const times = [];
        let last;
        const start = performance.now();
        const frame = (now) => {
          if (last !== undefined) times.push(now - last);
          last = now;
          step(now - start);
          if (now - start < ms) requestAnimationFrame(frame);
          else done(times);
        };
        requestAnimationFrame(frame);
      }),
    [move.toString(), FRAMES_MS],
  );
  const after = await spent(cdp);
  return {
    fps: (1000 * times.length) / times.reduce((sum, ms) => sum + ms, 0),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    worst: Math.max(...times),
    busy: (after.task - before.task) / FRAMES_MS,
  };
}

const pan = () => {
  const over = document.querySelector(".u-over");
  over.dispatchEvent(new WheelEvent("wheel", { deltaX: 3, deltaY: 0, bubbles: true, cancelable: true }));
};
const scroll = (ms) => window.scrollTo({ top: ((ms / 4000) * (document.documentElement.scrollHeight - innerHeight)) % 1e6, behavior: "instant" });

async function moving(browser) {
  const { page, cdp, context } = await opened(browser, WINDOW, `machine?i=${instance}&span=${span}&end=${iso(end - 600)}`);
  await charts(page);
  const panned = await frames(page, cdp, pan);
  const scrolled = await frames(page, cdp, scroll);
  await context.close();
  return { panned, scrolled };
}

/** What a second of live costs: share of the browser's main thread. */
async function living(browser) {
  const { page, cdp, context } = await opened(browser, WINDOW, `machine?i=${live}&span=5m`);
  await page.waitForSelector('[data-chart="cpu_used"] [data-phase="drawn"]');
  await page.waitForTimeout(3000);
  const before = await spent(cdp);
  await page.waitForTimeout(10_000);
  const after = await spent(cdp);
  await context.close();
  return { task: (after.task - before.task) / 10, script: (after.script - before.script) / 10 };
}

const browser = await launch(executable);
const screen = [];
const whole = [];
for (let run = 0; run < runs + 1; run += 1) {
  const one = await drawing(browser, WINDOW);
  const all = await drawing(browser, { width: 1400, height: 14_000 });
  if (run === 0 && runs > 1) continue; // the first warms both up
  screen.push(one);
  whole.push(all);
}
const middle = (list) => Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key]))]));
const answer = { openings: 2 * (screen.length + (runs > 1 ? 1 : 0)) + 2, window: middle(screen), whole: middle(whole), runs: screen.map((one) => one.all), ...(await moving(browser)) };
if (live) answer.live = await living(browser);
await browser.close();
console.log(JSON.stringify(answer));
