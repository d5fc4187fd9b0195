// A live line chart of the last minutes on a canvas. Colours and fonts are the style sheet's.

import { roundUp } from "./units.js";

export const WINDOW_MS = 10 * 60_000;
const GAP_MS = 15_000; // points further apart than this are not joined
const PAD = { left: 4, right: 4, top: 18, bottom: 20 };

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** One card: title, note, canvas, and a legend with the values at the pointer, or now. */
export class Chart {
  /** lines: names. format(value) → text. top: the fixed end of the axis, or none. base: 1024 for bytes. */
  constructor({ title, lines, format, top, base }) {
    Object.assign(this, { title, lines, format, top, base });
    this.points = []; // {t, values}, rising t
    this.pointer = null; // x on the canvas, while one is over it
    this.note = element("p", { className: "note" });
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    this.values = lines.map(() => element("b", { textContent: "–" }));
    const legend = lines.map((name, i) => element("li", {}, name, this.values[i]));
    this.root = element(
      "section",
      { className: "card" },
      element("div", { className: "title" }, element("h2", { textContent: title }), this.note),
      this.canvas,
      element("ul", { className: "legend" }, ...legend),
    );
    this.canvas.addEventListener("pointermove", (event) => this.#point(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.#point(null));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** Replaces what is shown; points in rising time. */
  reset(points) {
    this.points = points;
    this.draw();
  }

  /** Adds a point at the end; one that is not newer is not added. */
  push(t, values) {
    if (t <= (this.points.at(-1)?.t ?? -Infinity)) return;
    this.points.push({ t, values });
    const old = this.points.findIndex((point) => point.t >= t - WINDOW_MS - GAP_MS);
    this.points.splice(0, old);
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0) return;
    const scale = devicePixelRatio;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const ink = this.canvas.getContext("2d");
    ink.scale(scale, scale);
    const style = getComputedStyle(this.canvas);
    const end = this.points.at(-1)?.t ?? Date.now();
    const top = this.top ?? this.#top();
    const view = {
      ink,
      style,
      top,
      end,
      x: (t) => PAD.left + ((t - end) / WINDOW_MS + 1) * (width - PAD.left - PAD.right),
      y: (v) => height - PAD.bottom - (v / top) * (height - PAD.top - PAD.bottom),
      width,
      height,
    };
    this.#grid(view);
    this.lines.forEach((_, i) => this.#line(view, i));
    this.#labels(view);
    this.#show(view);
  }

  #point(x) {
    this.pointer = x;
    this.draw();
  }

  #top() {
    const all = this.points.flatMap((point) => point.values).filter(Number.isFinite);
    return roundUp(Math.max(this.base === 1024 ? 1024 : 0.1, ...all), this.base);
  }

  #grid({ ink, style, top, y, width }) {
    ink.lineWidth = 1;
    ink.strokeStyle = style.getPropertyValue("--rule");
    ink.beginPath();
    for (const share of [0, 0.5, 1]) {
      const at = Math.round(y(top * share)) + 0.5;
      ink.moveTo(PAD.left, at);
      ink.lineTo(width - PAD.right, at);
    }
    ink.stroke();
  }

  #labels({ ink, style, top, end, x, y, height }) {
    ink.font = `12px ${style.fontFamily}`;
    ink.fillStyle = style.getPropertyValue("--soft");
    ink.strokeStyle = style.getPropertyValue("--card"); // a rim, so that a line behind does not hide the text
    ink.lineWidth = 4;
    const write = (text, align, atX, atY) => {
      ink.textAlign = align;
      ink.strokeText(text, atX, atY);
      ink.fillText(text, atX, atY);
    };
    for (const share of [0.5, 1]) write(this.format(top * share), "left", PAD.left, y(top * share) - 4);
    for (const [minutes, align] of Object.entries({ 10: "left", 5: "center", 0: "right" })) {
      const t = end - minutes * 60_000;
      const text = new Date(t).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      write(text, align, x(t), height - 5);
    }
  }

  #line({ ink, style, end, x, y }, i) {
    ink.strokeStyle = style.getPropertyValue(`--line-${i + 1}`);
    ink.lineWidth = 1.75;
    ink.lineJoin = "round";
    ink.beginPath();
    let last = null;
    for (const { t, values } of this.points) {
      if (t < end - WINDOW_MS || !Number.isFinite(values[i])) continue;
      const joined = last !== null && t - last < GAP_MS;
      ink[joined ? "lineTo" : "moveTo"](x(t), y(values[i]));
      last = t;
    }
    ink.stroke();
  }

  /** The legend's values: at the pointer, else the last. */
  #show({ ink, style, x, height }) {
    let shown = this.points.at(-1);
    if (this.pointer !== null && shown) {
      const distance = (point) => Math.abs(x(point.t) - this.pointer);
      shown = this.points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
      ink.fillStyle = style.getPropertyValue("--soft");
      ink.fillRect(x(shown.t), PAD.top, 1, height - PAD.top - PAD.bottom);
    }
    const texts = this.lines.map((_, i) => {
      const value = shown?.values[i];
      return Number.isFinite(value) ? this.format(value) : "–";
    });
    texts.forEach((text, i) => (this.values[i].textContent = text));
    const spoken = this.lines.map((name, i) => `${name} ${texts[i]}`).join(", ");
    this.canvas.setAttribute("aria-label", `${this.title} in the last ten minutes; ${spoken}`);
  }
}
