// The page of migrations in headless Chromium, over real ones: migration_test.mjs OREUM FOLDER_OF_PICTURES
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Postgres } from "./postgres.mjs";
import { check, Chromium, hostileSamples, Oreum, run } from "./support.mjs";

const [binary, pictures] = process.argv.slice(2);
const chromium = await Chromium.start(pictures);
const oreum = await new Oreum(binary).start();
oreum.import(hostileSamples(Math.floor(Date.now() / 1000)));
const { axeClean, close, picture } = chromium;
const open = (query = "", options) => chromium.open(oreum, `migration?${query}`, options);

const disk = mkdtempSync(join(tmpdir(), "oreum-e2e-other-"));
const place = (name) => `sqlite:${join(disk, name)}`;
const state = (page, name) => page.waitForSelector(`[data-state="${name}"]`);
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
async function confirm(page, name) {
  await page.waitForSelector("dialog[open]");
  await page.locator("dialog").getByRole("button", { name, exact: true }).click();
}
async function plan(page, to) {
  await page.locator('[data-part="plan"] input').fill(to);
  await press(page, "Look");
}
async function start(page, to) {
  await plan(page, to);
  await page.waitForSelector('.plan:has-text("Nothing is in the way")');
  await press(page, "Start the migration");
  await confirm(page, "Start the migration");
  await state(page, "READY");
}
const record = (page) => page.textContent('[data-table="stores"] tbody tr:first-child code');

const tests = {
  async "a plan says what is in the way, and changes nothing"() {
    const page = await open();
    await plan(page, `sqlite:${oreum.data}`);
    await page.waitForSelector('.plan .error:has-text("is the store to be migrated itself")');
    check((await page.getByRole("button", { name: "Start the migration" }).count()) === 0, "it cannot be started");
    await plan(page, "nonsense:<b>x</b>");
    await page.waitForSelector('[data-part="plan"] [role="alert"]');
    check(!page.url().includes("nonsense"), "the URL stays out of the address: it may hold a password");
    page.complaints = page.complaints.filter((text) => !text.includes("400 (Bad Request)"));
    await axeClean(page, "a plan");
    await close(page);
  },

  async "rehearsed in PostgreSQL, moved there, and back"() {
    const postgres = await Postgres.start();
    if (!postgres) return console.log("SKIP: no PostgreSQL server is installed");
    const page = await open();
    await plan(page, postgres.url());
    await page.waitForSelector('.plan:has-text("by a short trial")');
    await press(page, "Rehearse it");
    await page.waitForSelector('[data-rehearsal="RUNNING"]');
    await press(page, "End it");
    await page.waitForSelector('[data-rehearsal="ENDED"]');
    await plan(page, postgres.url());
    await press(page, "Rehearse it");
    await page.waitForSelector('[data-rehearsal="PASSED"]');
    await axeClean(page, "a rehearsal");
    await picture(page, "migration-rehearsed");
    await start(page, postgres.url());
    await press(page, "Switch over");
    await confirm(page, "Switch over");
    await state(page, "SOAK");
    await page.waitForFunction(() => document.querySelector('[data-table="stores"] tbody tr:first-child code')?.textContent.startsWith("postgres://"));
    await press(page, "Roll back");
    await confirm(page, "Roll back");
    await page.waitForFunction(() => document.querySelector('[data-table="stores"] tbody tr:first-child code')?.textContent.startsWith("sqlite:"));
    await press(page, "Complete");
    await confirm(page, "Complete");
    await state(page, "COMPLETED");
    await close(page);
    await postgres.stop();
  },

  async "cancelled before the switch, nothing has changed"() {
    const page = await open();
    await start(page, place("first"));
    const before = await record(page);
    await press(page, "Cancel the migration");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    await state(page, "READY");
    await press(page, "Cancel the migration");
    await axeClean(page, "a question");
    await confirm(page, "Cancel the migration");
    await state(page, "CANCELLED");
    check((await record(page)) === before, "the store of record is the same");
    await close(page);
  },

  async "switched, rolled back, switched again and completed, by the keyboard, too"() {
    const page = await open();
    await start(page, place("second"));
    const old = await record(page);
    await page.waitForFunction(() => Number(document.querySelector('[data-part="verify"] dl div:nth-child(2) dd').textContent.replace(/\D/g, "")) > 0);
    await axeClean(page, "a migration that is ready");
    await picture(page, "migration-ready");
    await page.getByRole("button", { name: "Switch over" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await picture(page, "migration-question");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await state(page, "SOAK");
    check((await record(page)) === place("second"), "the new store is of record");
    await page.waitForSelector(`code:has-text("store: ${place("second")}")`);
    await press(page, "Roll back");
    await confirm(page, "Roll back");
    await page.waitForFunction((url) => document.querySelector('[data-table="stores"] tbody code').textContent === url, old);
    await state(page, "SOAK");
    await press(page, "Verify again");
    await page.waitForFunction(() => document.querySelector('.orders [role="status"]').textContent === "");
    await axeClean(page, "a switched migration");
    await press(page, "Complete");
    await confirm(page, "Complete");
    await state(page, "COMPLETED");
    await page.waitForSelector('[data-part="plan"]');
    await close(page);
  },

  async "Korean, dark, and a phone's width"() {
    const page = await open("lang=ko&theme=dark", { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
    await page.waitForSelector('h1:has-text("이전")');
    await page.waitForSelector('[data-table="stores"] tbody tr');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, `the page is ${wide} px too wide`);
    await axeClean(page, "the migration on a phone");
    await picture(page, "phone-migration-korean");
    await close(page);
  },

  async "what goes wrong is said, with what to do; words of the server are text"() {
    const page = await chromium.open(oreum, "about:blank");
    const name = "<img src=x onerror=window.hacked=1>";
    const status = await (await fetch(`${oreum.url}/api/v1/migrations`)).json();
    Object.assign(status, { state: "SOAK", problem: `no room ${name}`, refused: "not now", possible: ["verify"] });
    status.conflicts = { samples: 3, first: name };
    status.verify.findings = [`window 7 differs ${name}`];
    await page.route("**/api/v1/migrations", (route) => route.fulfill({ contentType: "application/json", body: JSON.stringify(status) }));
    await page.route("**/api/v1/migrations/verify?**", (route) =>
      route.fulfill({ status: 409, contentType: "application/json", body: JSON.stringify({ detail: "in this state it cannot" }) }),
    );
    await page.goto(`${oreum.url}/#/migration`);
    await page.waitForSelector(`[role="alert"]:has-text("no room ${name}")`);
    check((await page.locator('[role="alert"]').count()) === 3, "problem, refusal and conflicts are said");
    check((await page.textContent(".findings")).includes("window 7 differs"), "so is what was found");
    await press(page, "Verify again");
    await page.waitForSelector('.orders [role="alert"]:has-text("in this state it cannot")');
    check((await page.evaluate(() => window.hacked)) === undefined, "nothing runs");
    await axeClean(page, "a migration in trouble");
    await picture(page, "migration-trouble");
    await page.context().close(); // the browser complains of the status, as it should
  },
};

const failed = await run(tests);
await chromium.stop();
await oreum.stop();
oreum.remove();
rmSync(disk, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
