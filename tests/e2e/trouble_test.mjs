// A server that is slow, answers with errors, or is gone, on every page: what is known stays, and the trouble is said.
// trouble_test.mjs OREUM FOLDER_OF_PICTURES
import { Proxy, SAYS } from "./proxy.mjs";
import { check, Chromium, dayOfSamples, Oreum, run } from "./support.mjs";

const [binary, pictures] = process.argv.slice(2);
const chromium = await Chromium.start(pictures);
const oreum = await new Oreum(binary).start();
const proxy = await Proxy.start(oreum);
const now = Math.floor(Date.now() / 1000);
oreum.import(dayOfSamples(now));
const iso = (t) => new Date(t * 1000).toISOString();
const noon = now - 43_200;

/** Each page with something that it knows. */
const PAGES = {
  overview: ["overview", "tbody tr .badge"],
  machine: ["machine?i=here&span=5m", '[data-chart="cpu_used"] canvas'],
  explore: ["explore?q=node_load1&span=5m", ".plot .legend li"],
  values: ["explore?q=node_load1&span=5m&tab=table", "tbody tr code"],
  compare: ["compare?i=here&span=5m&shift=15m", '[data-chart="cpu_used"] canvas'],
  changes: [`changes?i=day&span=5m&from=${iso(noon - 2)}&to=${iso(noon + 3)}`, 'td a:has-text("cpu_usage_percent")'],
  migration: ["migration", '[data-table="stores"] tbody tr'],
  status: ["status?lang=ko", '.figures dd:has-text("1 로컬")'],
};

/** How each trouble is said, in one place or another. */
const SAID = {
  failing: [".notice.told", ".over.error", "p.error"].map((where) => `${where}:has-text("${SAYS}")`).join(", "),
  broken: '.notice.away:has-text("500")',
  silent: '.notice.told:has-text("slow to answer"), .notice.told:has-text("늦습니다")',
  refusing: '.notice.away:has-text("does not answer"), .notice.away:has-text("답하지 않습니다")',
};

async function openAll(mode) {
  await proxy.set(mode);
  const pages = [];
  const viewport = { width: 1000, height: 600 }; // few charts in sight: many pages are open at once
  for (const [name, [hash, known]] of Object.entries(PAGES)) {
    pages.push({ name, known, page: await chromium.open(proxy, hash, { viewport }) });
  }
  return pages;
}

/** The browser complains of what failed, as it should. */
const closeAll = (pages) => Promise.all(pages.map(({ page }) => page.context().close()));

async function known(pages) {
  for (const { page, known } of pages) await page.waitForSelector(known, { state: "attached" });
}

async function said(pages, mode) {
  for (const { name, page } of pages) {
    await page.waitForSelector(SAID[mode]).catch(() => {
      throw new Error(`${name} does not say that the server is ${mode}`);
    });
    check((await page.locator(".notice b").count()) === 0, `${name} takes the server's words for markup`);
  }
}

/** Charts out of sight ask again when they come into it. */
const quiet = () =>
  [...document.querySelectorAll(".notice.told, .over.error, p.error")].every((one) => one.getBoundingClientRect().top > innerHeight);

async function well(pages) {
  for (const { name, page } of pages) {
    await page.waitForFunction(quiet).catch(() => {
      throw new Error(`${name} does not see that the server is back`);
    });
  }
}

const tests = {};
for (const mode of Object.keys(SAID)) {
  tests[`${mode}: every page keeps what it knows, says so, and recovers`] = async () => {
    const pages = await openAll("pass");
    await known(pages);
    await proxy.set(mode);
    await said(pages, mode);
    for (const { name, page, known } of pages) {
      check((await page.locator(known).count()) > 0, `${name} has lost what it knew`);
      await chromium.axeClean(page, `${name}, ${mode}`);
      await chromium.picture(page, `trouble-${mode}-${name}`);
    }
    await proxy.set("pass");
    await well(pages);
    await known(pages);
    await closeAll(pages);
  };

  if (mode === "refusing") continue; // then there is no page to open
  tests[`${mode} from the start: every page says so, and fills once it can`] = async () => {
    const pages = await openAll(mode);
    await said(pages, mode);
    await proxy.set("pass");
    await known(pages);
    await well(pages);
    await closeAll(pages);
  };
}

tests["what is known of one machine is never shown as another's"] = async () => {
  await proxy.set("pass");
  const page = await chromium.open(proxy, "machine?i=here&span=5m");
  await page.waitForSelector('[data-table="filesystems"] tbody tr');
  await page.waitForSelector(".head p");
  await proxy.set("silent");
  await page.locator(".head select").selectOption("day");
  await page.waitForSelector(SAID.silent);
  check((await page.locator(".head p").count()) === 0, "the facts of the other machine are gone");
  check((await page.locator("tbody tr").count()) === 0, "so are its tables");
  await proxy.set("pass");
  await page.waitForSelector('[data-chart="cpu_used"] [data-phase="drawn"]');
  await page.context().close();
};

const failures = await run(tests);
await chromium.stop();
await proxy.stop();
await oreum.stop();
oreum.remove();
process.exit(failures ? 1 : 0);
