// Runs the tests of what needs no browser: bundles each *.test.ts and hands it to Node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
const out = mkdtempSync(join(tmpdir(), "oreum-web-"));
try {
  await build({
    entryPoints: tests.map((name) => join(here, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
  });
  const files = tests.map((name) => join(out, `${basename(name, ".ts")}.mjs`));
  process.exitCode =
    spawnSync(process.execPath, ["--test", ...files], {
      stdio: "inherit",
      env: { ...process.env, OREUM_WEB: join(here, "..") },
    }).status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
