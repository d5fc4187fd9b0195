import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const style = readFileSync(join(process.env.OREUM_WEB ?? ".", "src/style.css"), "utf8");

test("each colour stands once, for light and dark", () => {
  const names = [...style.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const [, name, value] of style.matchAll(/^\s*(--[\w-]+): (.*);$/gm)) {
    if (name !== "--font") assert.match(value ?? "", /^light-dark\(#[\da-f]{6}, #[\da-f]{6}\)$/, name);
  }
});
