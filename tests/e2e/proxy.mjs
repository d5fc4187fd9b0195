// Stands between the browser and Oreum, and makes trouble when told to. The page's own files always come.
import { createServer, request } from "node:http";

const QUESTION = /^\/(api|healthz|metrics)/;
const PULSE = /^\/(api\/v1\/stream|healthz)/;

/** What a question meets; the pulse is the stream of events and /healthz. */
const MODES = {
  pass: () => "pass",
  failing: (path) => (PULSE.test(path) ? "pass" : "fail"), // each question is answered with 500
  broken: () => "fail", // so is the pulse
  silent: (path) => (PULSE.test(path) ? "pass" : "hold"), // no question is answered
  refusing: () => "refuse", // nobody is there
};

export const SAYS = "the <b>disk</b> burns"; // what an answer of 500 says

export class Proxy {
  mode = "pass";
  held = [];

  static async start(oreum) {
    const one = new Proxy();
    one.target = new URL(oreum.url);
    one.server = createServer((asked, answer) => one.serve(asked, answer));
    await one.listen(0);
    one.url = `http://127.0.0.1:${one.port}`;
    return one;
  }

  async listen(port) {
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
  }

  /** From now on; connections of before are cut. */
  async set(mode) {
    const before = this.mode;
    this.mode = mode;
    this.held = [];
    if (mode === "refusing") await this.stop();
    else if (before === "refusing") await this.listen(this.port);
    this.server.closeAllConnections();
  }

  stop() {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    return closed;
  }

  serve(asked, answer) {
    const fate = QUESTION.test(asked.url) ? MODES[this.mode](asked.url) : "pass";
    if (fate === "hold") this.held.push(answer);
    else if (fate === "fail") {
      answer.writeHead(500, { "content-type": "application/json" });
      answer.end(JSON.stringify({ status: "error", error: SAYS }));
    } else this.pass(asked, answer);
  }

  pass(asked, answer) {
    const { hostname, port } = this.target;
    const { method, url: path, headers } = asked;
    const on = request({ hostname, port, method, path, headers: { ...headers, host: this.target.host } }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    on.on("error", () => answer.destroy());
    answer.on("close", () => on.destroy());
    asked.pipe(on);
  }
}
