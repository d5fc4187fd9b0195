// A real PostgreSQL server of a test's own, in a temporary folder, reached over a socket in it.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOME = "/usr/lib/postgresql";
const NOBODY = 65534;

/** The folder of the newest server's programs; null: there is none. */
function programs() {
  const versions = existsSync(HOME) ? readdirSync(HOME).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(HOME, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

export class Postgres {
  /** Null where no server is installed; where CI=true that is an error. */
  static async start() {
    const bin = programs();
    if (!bin && process.env.CI === "true") throw new Error("no PostgreSQL server is installed");
    return bin ? await new Postgres(bin).up() : null;
  }

  constructor(bin) {
    this.bin = bin;
    this.folder = mkdtempSync(join(tmpdir(), "oreum-e2e-pg-"));
    // The server refuses to run as root.
    this.as = process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY, cwd: this.folder } : { cwd: this.folder };
    if (process.getuid() === 0) chownSync(this.folder, NOBODY, NOBODY);
  }

  run(program, ...more) {
    return spawnSync(join(this.bin, program), more, { ...this.as, encoding: "utf8" });
  }

  async up() {
    const data = join(this.folder, "data");
    const made = this.run("initdb", "-D", data, "-U", "admin", "-A", "trust", "-N", "-E", "UTF8", "--no-locale");
    if (made.status !== 0) throw new Error(made.stderr);
    const flags = ["-D", data, "-k", this.folder, "-c", "listen_addresses=", "-c", "fsync=off"];
    this.process = spawn(join(this.bin, "postgres"), flags, { ...this.as, stdio: "ignore" });
    for (const give_up = Date.now() + 60_000; Date.now() < give_up; ) {
      if (this.run("pg_isready", "-q", "-h", this.folder).status === 0) return this;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("PostgreSQL does not answer");
  }

  url(schema = "oreum") {
    return `postgres://admin@/postgres?host=${this.folder}&schema=${schema}`;
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGQUIT");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
