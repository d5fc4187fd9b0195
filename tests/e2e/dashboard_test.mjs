// The dashboard in headless Chromium, against the real program: dashboard_test.mjs OREUM FOLDER_OF_PICTURES
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
const { axeClean, close, drawn, picture } = chromium;

const tests = {
  async "every page draws with data, under a strict policy, and axe is clean"() {
    const pages = {
      overview: (page) => page.waitForSelector("tbody tr:nth-child(3) .badge"),
      "machine?i=here&span=5m": (page) => drawn(page, "cpu_used"),
      "explore?q=node_load1&span=5m": (page) => page.waitForSelector(".plot.drawn canvas"),
      "compare?i=here&span=5m&shift=15m": (page) => drawn(page, "cpu_used"),
      "changes?i=here&span=5m": (page) => drawn(page, "cpu_used"),
      "explore?q=node_load1&span=5m&tab=table": (page) => page.waitForSelector("tbody td code"),
      [`changes?i=day&span=1h&end=${iso(now - 42_300)}&from=${iso(now - 43_202)}&to=${iso(now - 43_197)}`]: (page) =>
        page.waitForSelector('td a:has-text("cpu_usage_percent")'),
      migration: (page) => page.waitForSelector('[data-table="stores"] tbody tr'),
      status: async (page) => {
        await page.waitForSelector('[data-table="collectors"] tbody tr');
        await page.waitForSelector('.figures dd:has-text("1 local")');
      },
    };
    for (const theme of ["light", "dark"]) {
      for (const [hash, ready] of Object.entries(pages)) {
        const page = await open(`${hash}${hash.includes("?") ? "&" : "?"}theme=${theme}`);
        await ready(page);
        await axeClean(page, `${hash} in ${theme}`);
        await picture(page, `${hash.split("?")[0]}${hash.includes("tab=table") ? "-table" : ""}-${theme}`);
        await close(page);
      }
    }
  },

  async "every section of the machine is there, and its charts can say their PromQL"() {
    const page = await open("machine?i=here&span=5m", { viewport: { width: 1400, height: 9000 } });
    for (const chart of ["cpu_used", "cpu_modes", "cpu_cores", "memory_used", "memory_parts", "load", "fs_used"]) await drawn(page, chart);
    await page.waitForSelector('[data-table="filesystems"] tbody tr');
    const charts = page.locator("[data-chart]");
    check((await charts.count()) >= 40, "there are forty charts");
    check((await page.locator("[data-chart] .sentence").count()) === (await charts.count()), "each has a sentence");
    await page.locator('[data-chart="load"] summary').click();
    await page.locator('[data-chart="load"] details a').first().click();
    await page.waitForSelector(".plot.drawn");
    check((await page.inputValue("textarea")) === 'node_load1{instance="here"}', "Explore opens with the chart's expression");
    await close(page);
  },

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
    // The last second has a colour of the scale, not the card's.
    const painted = await chart.locator("canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(canvas.width * 0.8, canvas.height / 3, 1, 1);
      return data[3];
    });
    check(painted === 255, "the map is painted");
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

  async "live moves, and pause holds"() {
    const page = await open("machine?i=here&span=5m");
    await drawn(page, "cpu_used");
    const last = () => page.evaluate(() => document.querySelector('[data-chart="cpu_switches"] .legend b')?.textContent);
    await drawn(page, "cpu_switches");
    const before = await last();
    await page.waitForFunction((old) => document.querySelector('[data-chart="cpu_switches"] .legend b')?.textContent !== old, before);
    await page.locator(".timebar .live").click();
    await page.waitForFunction(() => location.hash.includes("end="));
    const held = await page.evaluate(() => location.hash);
    await page.waitForTimeout(2500); // nothing to wait for: nothing may happen
    check((await page.evaluate(() => location.hash)) === held, "the frame does not move while paused");
    await close(page);
  },

  async "a drag zooms all charts, a wheel with Ctrl zooms, and the address follows"() {
    const page = await open("machine?i=here&span=15m");
    await drawn(page, "cpu_used");
    const over = page.locator('[data-chart="cpu_used"] .u-over');
    const box = await over.boundingBox();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => /end=/.test(location.hash) && /span=(5m|6m)/.test(location.hash));
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -400);
    await page.keyboard.up("Control");
    await page.waitForFunction(() => /span=2m/.test(location.hash));
    // By the keyboard, too.
    await page.locator('[data-chart="cpu_used"] .canvas').focus();
    await page.keyboard.press("-");
    await page.waitForFunction(() => /span=5m/.test(location.hash));
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => {
      const [one, other] = ["cpu_used", "cpu_modes"].map((id) => document.querySelector(`[data-chart="${id}"] .moment`).textContent);
      return one !== "" && one === other;
    });
    await close(page);
  },

  async "Explore completes, and underlines what is wrong"() {
    const page = await open("explore?span=5m");
    const editor = page.locator("textarea");
    await editor.pressSequentially("rate(node_context_sw");
    await page.waitForSelector('[role="option"]');
    await page.keyboard.press("Enter");
    check((await editor.inputValue()) === "rate(node_context_switches_total", "the metric is completed");
    await editor.pressSequentially("{inst");
    await page.waitForSelector('[role="option"]:has-text("instance")');
    await page.keyboard.press("Escape");
    await editor.fill("sum by (cpu) (rate(node_cpu_seconds_total[1m]) +* 2)");
    // What was wrong while it was being typed may be underlined for a moment.
    await page.waitForFunction(() => document.querySelector(".editor .wrong")?.textContent === "*");
    check(/parse error/.test(await page.textContent(".problem")), "the error is said");
    await picture(page, "explore-error");
    await editor.fill('topk(3, rate(node_cpu_seconds_total{instance="here"}[10s]))');
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".plot.drawn .legend li");
    await page.getByRole("button", { name: "Table" }).click();
    await page.waitForSelector("tbody tr code");
    await page.waitForURL(/tab=table/);
    const address = page.url();
    const again = await open(address.split("#/")[1]);
    await again.waitForSelector("tbody tr code");
    await close(again);
    // The browser notes each answer of 400 to what was not yet whole.
    page.complaints = page.complaints.filter((text) => !text.includes("400 (Bad Request)"));
    await close(page);
  },

  async "what changed finds the spike"() {
    const noon = now - 43_200;
    const page = await open(`changes?i=day&span=1h&end=${iso(noon + 900)}&from=${iso(noon - 2)}&to=${iso(noon + 3)}`);
    await page.waitForSelector('td a:has-text("cpu_usage_percent")');
    check((await page.locator("tbody tr").first().textContent()).includes("cpu_usage_percent"), "the spike comes first");
    await close(page);
  },

  async "a day of 1 s data: the band shows the one second, and the gap is a gap"() {
    const page = await open("machine?i=day&span=1d");
    await drawn(page, "cpu_used");
    const over = page.locator('[data-chart="cpu_used"] .u-over');
    const box = await over.boundingBox();
    let seen = "";
    for (let x = 0.49; x < 0.51 && !seen.includes("97"); x += 0.0005) {
      await page.mouse.move(box.x + box.width * x, box.y + 30);
      // The values follow the pointer a frame later.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      seen = await page.textContent('[data-chart="cpu_used"] .legend b');
    }
    check(/97\.0 %/.test(seen), `the highest second is in the band, not in "${seen}"`);
    await page.mouse.move(box.x + box.width * (30_900 / 86_400), box.y + 30);
    await page.waitForFunction(() => document.querySelector('[data-chart="cpu_used"] .legend b').textContent === "–");
    await picture(page, "day");
    await close(page);
  },

  async "Korean, by the browser's language and by choice"() {
    const page = await open("overview", { locale: "ko-KR" });
    await page.waitForSelector('h1:has-text("한눈에")');
    check((await page.getAttribute("html", "lang")) === "ko", "the page says its language");
    await page.waitForSelector("tbody tr .badge");
    await axeClean(page, "Korean");
    await picture(page, "overview-korean");
    await page.locator(".settings select").nth(2).selectOption("en");
    await page.waitForSelector('h1:has-text("Overview")');
    await close(page);
  },

  async "a phone's width needs no scrolling sideways"() {
    for (const hash of ["overview", "machine?i=here&span=5m", "explore?q=node_load1", "status"]) {
      const page = await open(hash, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
      await page.waitForSelector(/overview|status/.test(hash) ? "tbody tr" : ".plot.drawn");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${hash} is ${wide} px too wide`);
      await axeClean(page, `${hash} on a phone`);
      await picture(page, `phone-${hash.split("?")[0]}`);
      await close(page);
    }
  },

  async "two fingers zoom, one sideways pans, up and down scrolls"() {
    const page = await open("machine?i=here&span=15m", { viewport: { width: 800, height: 900 }, hasTouch: true });
    await drawn(page, "cpu_used");
    const box = await page.locator('[data-chart="cpu_used"] .u-over').boundingBox();
    const debug = await page.context().newCDPSession(page);
    const at = (share) => ({ x: box.x + box.width * share, y: box.y + box.height / 2 });
    const touch = (type, ...points) =>
      debug.send("Input.dispatchTouchEvent", { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
    await touch("touchStart", at(0.4), at(0.6));
    for (const by of [0.05, 0.1, 0.15, 0.2]) await touch("touchMove", at(0.4 - by), at(0.6 + by));
    await touch("touchEnd");
    // Apart to three times: a third of the span.
    await page.waitForFunction(() => /span=(4m|5m|6m)/.test(location.hash) && /end=/.test(location.hash));
    const end = () => page.evaluate(() => decodeURIComponent(/end=([^&]+)/.exec(location.hash)[1]));
    const before = await end();
    await touch("touchStart", at(0.3));
    for (const by of [0.1, 0.2, 0.3]) await touch("touchMove", at(0.3 + by));
    await touch("touchEnd");
    await page.waitForFunction((was) => decodeURIComponent(/end=([^&]+)/.exec(location.hash)[1]) < was, before); // back in time
    const held = await page.evaluate(() => location.hash);
    const high = { ...at(0.5), y: box.y + 10 };
    await touch("touchStart", { ...high, y: high.y + 100 });
    for (const by of [40, 80, 120, 200]) await touch("touchMove", { ...high, y: high.y + 100 - by });
    await touch("touchEnd");
    await page.waitForFunction(() => scrollY > 50);
    check((await page.evaluate(() => location.hash)) === held, "scrolling moves no time");
    await close(page);
  },

  async "a wall screen is filled, and nothing is cut off"() {
    for (const [width, height] of [[1920, 1080], [3840, 2160]]) {
      const page = await open("machine?i=here&span=5m", { viewport: { width, height } });
      await drawn(page, "cpu_used");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${width}: ${wide} px too wide`);
      const used = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll("[data-chart]")].map((chart) => chart.getBoundingClientRect());
        return (Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left))) / innerWidth;
      });
      check(used > 0.9, `${width}: the charts take ${used} of the width`);
      await picture(page, `wall-${width}`);
      await close(page);
    }
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
    const query = 'double_exponential_smoothing(cpu_usage_percent{instance="day"}[12h], 0.1, 0.1)';
    const body = new URLSearchParams({ query, start: String(now - 43_200), end: String(now), step: "5" });
    // One after the other: the page looks every few seconds only.
    let more = true;
    const asking = (async () => {
      while (more) await (await fetch(`${oreum.url}/api/v1/query_range`, { method: "POST", body })).text();
    })();
    await page.waitForSelector('td code:has-text("double_exponential")');
    more = false;
    await asking;
    await page.waitForFunction(() => !document.body.textContent.includes("double_exponential"));
    await close(page);
  },

  async "a browser whose clock is wrong follows the server's"() {
    const page = await open("about:blank");
    await page.addInitScript(() => {
      const real = Date.now;
      Date.now = () => real() + 3_600_000;
    });
    await page.goto(`${oreum.url}/#/status`);
    const samples = () => Number(document.querySelector(".figures .card:nth-child(7) dd")?.title);
    const first = await (await page.waitForFunction(samples)).jsonValue();
    await page.waitForFunction((old) => Number(document.querySelector(".figures .card:nth-child(7) dd")?.title) > old, first);
    await close(page);
  },

  async "the server goes away and comes back"() {
    const page = await open("machine?i=here&span=5m");
    await drawn(page, "cpu_used");
    await oreum.stop();
    await page.waitForSelector(".notice.away:has-text('does not answer')");
    check((await page.locator('[data-chart="cpu_used"] .plot.drawn').count()) === 1, "what is known is still there");
    await picture(page, "away");
    await oreum.start();
    await page.waitForSelector(".notice.live", { state: "attached" });
    await page.waitForFunction(() => document.querySelector(".timebar .live")?.getAttribute("aria-pressed") === "true");
    await page.context().close(); // it complained, as it should
  },
};

const failed = await run(tests);
await chromium.stop();
await oreum.stop();
oreum.remove();
process.exit(failed ? 1 : 0);
