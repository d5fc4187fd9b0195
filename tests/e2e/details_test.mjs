// What single charts, tables and figures of the dashboard say: details_test.mjs OREUM FOLDER_OF_PICTURES
import { busyDiskSamples, check, Chromium, dayOfSamples, HOSTILE, hostileSamples, Oreum, run } from "./support.mjs";

const [binary, pictures] = process.argv.slice(2);
const chromium = await Chromium.start(pictures);
const oreum = await new Oreum(binary).start();
const now = Math.floor(Date.now() / 1000);
oreum.import(dayOfSamples(now));
oreum.import(hostileSamples(now));
oreum.import(busyDiskSamples(now));
const iso = (t) => new Date(t * 1000).toISOString();
const open = (hash, options) => chromium.open(oreum, hash, options);
const { close, drawn, picture } = chromium;

const tests = {
  async "disks: throughput, operations, latency, utilisation, and when they are full"() {
    const page = await open(`machine?i=disk&span=5m&end=${iso(now)}`, { viewport: { width: 1400, height: 9000 } });
    const says = { disk_bytes: "1 MiB/s", disk_iops: "100/s", disk_latency: "5 ms", disk_busy: "25.0 %" };
    for (const [chart, value] of Object.entries(says)) await page.waitForSelector(`[data-chart="${chart}"] .legend li:has-text("${value}")`);
    const row = '[data-table="filesystems"] tbody tr:has-text("/data")';
    await page.waitForSelector(`${row}:has-text("2 d") .badge.warn`);
    // As df says it, on every page.
    await page.waitForSelector(`${row}:has-text("80.8 %")`);
    await page.waitForSelector('.glance :has-text("80.8 %")');
    await page.waitForSelector('[data-chart="fs_used"] .legend :has-text("80.8 %")');
    await page.goto(`${oreum.url}/#/overview?end=${iso(now)}`);
    await page.waitForSelector('tbody tr:has-text("disk"):has-text("80.8 %")');
    await close(page);
  },

  async "each core is a row, and the heat map tells the busiest and the one below the pointer"() {
    const page = await open("machine?i=here&span=5m");
    await drawn(page, "cpu_cores");
    const chart = page.locator('[data-chart="cpu_cores"]');
    await page.waitForFunction(() => /Busiest: core \d+, [\d.]+ %/.test(document.querySelector('[data-chart="cpu_cores"] .legend-note').textContent));
    const box = await chart.locator(".u-over").boundingBox();
    await page.mouse.move(box.x + box.width - 4, box.y + 2);
    await page.waitForFunction(() => /Core 0: [\d.]+ %/.test(document.querySelector('[data-chart="cpu_cores"] .legend-note').textContent));
    // In the row of the first core are colours of the scale.
    const painted = await chart.evaluate((card) => {
      const scale = [...card.querySelectorAll(".scale i")].map((one) => getComputedStyle(one).backgroundColor);
      const canvas = card.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 4), canvas.width, 1);
      const at = (x) => `rgb(${data[4 * x]}, ${data[4 * x + 1]}, ${data[4 * x + 2]})`;
      return Array.from({ length: canvas.width }, (_, x) => at(x)).filter((colour) => scale.includes(colour)).length;
    });
    check(painted > 0, "the map is painted");
    await close(page);
  },

  async "processes are sorted by their columns, and can be frozen"() {
    const page = await open("machine?i=here&span=5m");
    const table = page.locator('[data-table="processes"]');
    await table.locator("tbody tr").first().waitFor();
    const numbers = (n) => table.locator(`tbody td:nth-child(${n})`).allTextContents();
    await table.getByRole("button", { name: "Count" }).click();
    check((await table.locator("th[aria-sort]").textContent()).startsWith("Count"), "the column says that it is sorted by");
    const counts = (await numbers(4)).map((text) => (text === "–" ? -1 : Number(text)));
    check(counts.every((n, i) => i === 0 || n <= counts[i - 1]), `the most come first: ${counts}`);
    await table.getByRole("button", { name: "Count" }).click();
    const rising = (await numbers(4)).map((text) => (text === "–" ? -1 : Number(text)));
    check(rising.every((n, i) => i === 0 || n >= rising[i - 1]), `then the fewest: ${rising}`);
    await table.getByRole("button", { name: "Freeze" }).click();
    const frozen = await table.locator("tbody").textContent();
    // Two later answers change nothing.
    for (let n = 0; n < 2; n += 1) await page.waitForResponse((answer) => answer.request().postData()?.includes("node_process_count"));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    check((await table.locator("tbody").textContent()) === frozen, "a frozen table does not move");
    await table.getByRole("button", { name: "Frozen" }).click();
    await page.waitForFunction((old) => document.querySelector('[data-table="processes"] tbody').textContent !== old, frozen);
    await close(page);
  },

  async "two periods and two machines lie on top of each other"() {
    const page = await open("compare?i=here&span=5m&shift=15m");
    const legend = (text) => page.waitForSelector(`[data-chart="cpu_used"] .legend:has-text("${text}")`);
    await drawn(page, "cpu_used");
    await legend("B: here, −15 min");
    await page.locator(".tabs select").selectOption("1h");
    await legend("B: here, −1 h");
    await page.waitForURL(/shift=1h/);
    await page.getByRole("button", { name: "another machine" }).click();
    await page.locator(".tabs select").selectOption("day");
    await page.waitForURL(/other=day/);
    await legend("B: day");
    await legend("Mean of B against A");
    await picture(page, "compare-machines");
    await close(page);
  },

  async "presets, an exact range and a time zone are in the address, which shows the same again"() {
    const page = await open("machine?i=day&tz=UTC");
    await page.locator(".timebar select").selectOption("1h");
    await page.waitForURL(/span=1h/);
    await page.getByRole("button", { name: "Exact…" }).click();
    const [from, to] = [now - 7200, now - 3600].map((t) => iso(t).slice(0, 19));
    await page.getByRole("textbox", { name: "From" }).fill(from);
    await page.getByRole("textbox", { name: "To" }).fill(to);
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL((url) => url.hash.includes(`end=${encodeURIComponent(iso(now - 3600))}`) && url.hash.includes("span=1h"));
    const shown = page.locator(".timebar .shown");
    const utc = await shown.textContent();
    await page.locator(".settings select").first().selectOption("Asia/Seoul");
    await page.waitForFunction((old) => document.querySelector(".timebar .shown").textContent !== old, utc);
    const seoul = await shown.textContent();
    const again = await open(page.url().split("#/")[1] + "&tz=Asia/Seoul", { timezoneId: "America/New_York" });
    await again.waitForSelector(".timebar .shown");
    check((await again.locator(".timebar .shown").textContent()) === seoul, "the address shows the same elsewhere");
    await again.getByRole("link", { name: "Find what changed" }).click();
    await again.waitForURL(/#\/changes.*from=/);
    await again.waitForSelector("h2:has-text('Marked')");
    await close(again);
    await close(page);
  },

  async "hostile names are text on every page that shows names"() {
    const of = (page, more) => `${page}?${new URLSearchParams({ span: "5m", end: iso(now), ...more })}`;
    const name = `{__name__=${JSON.stringify(HOSTILE)}}`;
    // Each page, and where on it the name is to be read.
    const pages = [
      [of("overview"), ["tbody td a"]],
      [
        of("machine", { i: HOSTILE }),
        [
          ".head select",
          ".head p",
          ...["filesystems", "processes", "containers"].map((table) => `[data-table="${table}"] td`),
          ...["cpu_modes", "disk_bytes", "net_bytes", "fs_used", "process_cpu", "container_cpu", "temperature"].map(
            (chart) => `[data-chart="${chart}"] .legend li`,
          ),
        ],
      ],
      [of("explore", { q: name }), [".plot .legend li", ".editor pre"]],
      [of("explore", { q: name, tab: "table" }), ["tbody td code"]],
      [of("compare", { i: HOSTILE, by: "machine", other: "here" }), [".legend li"]],
      [of("compare", { i: "here", by: "machine", other: HOSTILE }), [".legend li", ".tabs select"]],
      [of("changes", { i: HOSTILE, from: iso(now - 40), to: iso(now - 10) }), ["tbody td a"]],
    ];
    for (const [hash, places] of pages) {
      const page = await open(hash, { viewport: { width: 1400, height: 9000 } });
      for (const place of places) {
        await page.waitForSelector(`${place}:has-text("${HOSTILE}")`, { state: "attached" }).catch(() => {
          throw new Error(`${hash}: the name is not in ${place}`);
        });
      }
      // A bait that was taken would have loaded its picture before this one.
      await page.evaluate(() => new Promise((done) => Object.assign(new Image(), { onload: done, src: "favicon.svg" })));
      check((await page.evaluate(() => window.hacked)) === undefined, `${hash} runs nothing`);
      check((await page.locator('img[src="x"]').count()) === 0, `${hash} makes no element of it`);
      page.complaints = page.complaints.filter((text) => !text.includes("400 (Bad Request)"));
      await close(page);
    }
  },

  async "what is offered for completion is text, too"() {
    const page = await open("explore");
    await page.locator("textarea").pressSequentially("onerr");
    await page.waitForSelector(`[role="option"]:has-text("${HOSTILE}")`);
    await page.locator("textarea").fill("");
    await page.locator("textarea").pressSequentially('node_load1{instance="<i');
    await page.waitForSelector(`[role="option"]:has-text("${HOSTILE}")`);
    await page.keyboard.press("Enter");
    await page.waitForFunction((text) => document.querySelector("textarea").value.includes(text), HOSTILE);
    check((await page.locator('img[src="x"]').count()) === 0, "no element is made of it");
    page.complaints = page.complaints.filter((text) => !text.includes("400 (Bad Request)"));
    await close(page);
  },

  async "the status page says what /metrics and the API say"() {
    const get = async (path) => (await fetch(`${oreum.url}/${path}`)).text();
    const json = async (path) => JSON.parse(await get(path));
    const metrics = async () => {
      const found = {};
      for (const line of (await get("metrics")).split("\n")) {
        const match = /^(oreum_\w+) (\S+)$/.exec(line);
        if (match) found[match[1]] = Number(match[2]);
      }
      return found;
    };
    const before = await metrics();
    const page = await open("status");
    const exact = (name) =>
      page.evaluate((name) => {
        const of = [...document.querySelectorAll(".figures dt")].find((one) => one.textContent === name);
        return [Number(of.nextSibling.title), of.nextSibling.textContent];
      }, name);
    // What only grows lies between what it was before the page and what it is after. The program notes it every 5 s.
    await page.waitForFunction(
      (least) => Number(document.querySelector(".figures .card:nth-child(7) dd")?.title) >= least,
      before.oreum_store_samples,
    );
    const [samples, samplesText] = await exact("Samples");
    const [size, sizeText] = await exact("Size on disk");
    const [perSample] = await exact("Bytes per sample");
    const [series, seriesText] = await exact("Series");
    const after = await metrics();
    const between = (value, name) => check(value >= before[name] && value <= after[name], `${name}: ${before[name]} ≤ ${value} ≤ ${after[name]}`);
    between(samples, "oreum_store_samples");
    between(series, "oreum_store_series");
    check(size > 0 && Math.abs(perSample - size / samples) < 1e-9, "bytes a sample are the size by the samples");
    check(/^[\d.]+ [kMGT]?i?B$/.test(sizeText) && /[\d.]+ [kM]/.test(samplesText) && seriesText !== "–", "they are readable");

    const health = await json("api/v1/health");
    const { data: runtime } = await json("api/v1/status/runtimeinfo");
    const retention = { "30d": "30 d" }[runtime.storageRetention.split(" or ")[0]];
    check((await exact("Version"))[1] === health.version, "the version");
    check((await exact("Level"))[1].startsWith(`${health.level.number} ${health.level.name}`), "the level");
    check(retention && (await exact("Retention"))[1].startsWith(retention), `the retention: ${runtime.storageRetention}`);

    const { data: targets } = await json("api/v1/targets");
    const collectors = targets.activeTargets.filter((one) => one.scrapePool === "collect").map((one) => one.labels.collector);
    const text = await page.textContent('[data-table="collectors"]');
    for (const collector of collectors) check(text.includes(collector), `the collector ${collector} is there`);
    check((await page.locator("table:has(caption:text('Health')) tbody tr").count()) === Object.keys(health.components).length, "each part's health");
    await close(page);
  },

  async "a query that runs is on the status page until it ends"() {
    const page = await open("status");
    const slow = 'double_exponential_smoothing(cpu_usage_percent{instance="day"}[12h], 0.1, 0.1)';
    const query = `${slow} or {__name__=${JSON.stringify(HOSTILE)}}`;
    const body = new URLSearchParams({ query, start: String(now - 43_200), end: String(now), step: "5" });
    // One after the other: the page looks every few seconds only.
    let more = true;
    const asking = (async () => {
      while (more) await (await fetch(`${oreum.url}/api/v1/query_range`, { method: "POST", body })).text();
    })();
    await page.waitForSelector('td code:has-text("double_exponential")');
    const shown = await page.textContent('td code:has-text("double_exponential")');
    check(shown === query, `the query is text, whatever it is: ${shown}`);
    check((await page.locator('img[src="x"]').count()) === 0, "no element is made of it");
    more = false;
    await asking;
    await page.waitForFunction(() => !document.body.textContent.includes("double_exponential"));
    await close(page);
  },
};

const failed = await run(tests);
await chromium.stop();
await oreum.stop();
oreum.remove();
process.exit(failed ? 1 : 0);
