import assert from "node:assert/strict";
import test from "node:test";
import lock from "../package-lock.json";

test("every package that npm may fetch is pinned by its digest, from whichever registry it comes", () => {
  const { "": _, ...packages } = lock.packages;
  assert.ok(Object.keys(packages).length > 20);
  for (const [name, entry] of Object.entries(packages)) {
    assert.match((entry as { integrity?: string }).integrity ?? "", /^sha512-/, name);
    assert.ok(!("resolved" in entry), `${name} names a host`);
  }
});
