// The dashboard in headless Chromium, against the real program: dashboard_test.mjs OREUM FOLDER_OF_PICTURES
import { check, Chromium, dayOfSamples, hostileSamples, Oreum, run } from "./support.mjs";

const [binary, pictures] = process.argv.slice(2);
const chromium = await Chromium.start(pictures);
const oreum = await new Oreum(binary).start();
const now = Math.floor(Date.now() / 1000);
oreum.import(dayOfSamples(now));
oreum.import(hostileSamples(now));
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

  async "a wall screen is filled, its text and drawings grow, and nothing is cut off"() {
    let before = { text: 0, drawing: 0 };
    for (const [width, height] of [[1280, 800], [1920, 1080], [3840, 2160]]) {
      const page = await open("machine?i=here&span=5m", { viewport: { width, height } });
      await drawn(page, "cpu_used");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${width}: ${wide} px too wide`);
      const used = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll("[data-chart]")].map((chart) => chart.getBoundingClientRect());
        return (Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left))) / innerWidth;
      });
      check(used > 0.9, `${width}: the charts take ${used} of the width`);
      const size = await page.evaluate(() => ({
        text: Number.parseFloat(getComputedStyle(document.querySelector("h3")).fontSize),
        drawing: document.querySelector('[data-chart="cpu_used"] canvas').height,
      }));
      check(size.text > before.text && size.drawing > before.drawing, `${width}: ${JSON.stringify(size)} is larger than ${JSON.stringify(before)}`);
      before = size;
      await picture(page, `wall-${width}`);
      await close(page);
    }
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
    await page.waitForSelector(".timebar .live:has(.dot.out):has-text('once Oreum answers')");
    await picture(page, "away");
    await oreum.start();
    await page.waitForSelector(".notice.live", { state: "attached" });
    await page.waitForSelector(".timebar .live:not(:has(.dot.out)):text-is('Live')");
    await page.context().close(); // it complained, as it should
  },
};

const failed = await run(tests);
await chromium.stop();
await oreum.stop();
oreum.remove();
process.exit(failed ? 1 : 0);
