import assert from "node:assert/strict";
import test from "node:test";

// What the module of the state finds in a browser.
Object.assign(globalThis, { location: { hash: "" }, addEventListener: () => {} });
if (typeof navigator === "undefined") Object.assign(globalThis, { navigator: { language: "en-US" } });
const { formatState, parseState } = await import("../src/state");
const preferences = { lang: "en", theme: "auto", zone: "local" } as const;

test("the address holds the whole state", () => {
  const state = {
    page: "explore",
    instance: 'a&b"<i>',
    span: 5400,
    end: 1_700_000_000.5,
    lang: "ko",
    theme: "dark",
    zone: "Asia/Seoul",
    extra: { q: 'sum(rate(x{a="b"}[5m]))' },
  } as const;
  assert.deepEqual(parseState(formatState(state, preferences), preferences), state);
});

test("nonsense in the address becomes the default", () => {
  const state = parseState("#/nowhere?span=x&end=y&lang=xx&theme=pink&tz=Mars/Olympus", preferences);
  assert.deepEqual(state, { page: "overview", instance: "", span: 300, end: null, ...preferences, extra: {} });
  assert.equal(parseState("", preferences).page, "overview");
});
