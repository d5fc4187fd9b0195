import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { SECTIONS } from "../src/charts/table";
import { en } from "../src/i18n/en";
import { ko } from "../src/i18n/ko";

const root = process.env.OREUM_WEB ?? ".";
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes("i18n"))
  .map((name) => readFileSync(join(root, "src", name), "utf8"))
  .join("\n");

test("no text is kept that nobody shows", () => {
  const begun = [...sources.matchAll(/`([a-z]+_(?:[a-z]+_)?)\$\{/g)].map(([, begin]) => begin ?? "");
  assert.ok(begun.includes("section_"), "ids that are put together are found");
  for (const id of Object.keys(en.text)) {
    assert.ok(sources.includes(`"${id}"`) || begun.some((begin) => id.startsWith(begin)), id);
  }
});

test("every language takes the same arguments", () => {
  const holes = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([hole]) => hole).sort();
  for (const [id, text] of Object.entries(en.text)) {
    const other = ko.text[id as keyof typeof ko.text];
    assert.deepEqual(holes(other), holes(text), id);
    assert.match(other, /[가-힣]|^[A-Z]/, `${id} is Korean`);
  }
});

test("each chart says in a sentence what it shows, and when to worry", () => {
  for (const { charts } of SECTIONS) {
    for (const { id } of charts) {
      assert.match(en.chart[id][1], /[Ww]orry .+\.$|[Ww]orry .+:.+\.$/, id);
      assert.match(ko.chart[id][1], /[가-힣].*(주의|면|것입니다|종료됩니다|제한입니다).*\.$/, id);
    }
  }
});
