// One uPlot: lines with bands, stacks, or a heat map. Imperative, because it is drawn again every second.
import uPlot from "uplot";
import { type Grid, type Line, topLines } from "../lib/grid";
import { type Frame, tickText, timeTicks, type Zone } from "../lib/time";
import { axisText, roundStep, type Unit } from "../lib/units";
import { attachGestures, Holds } from "./gestures";
import { HEAT_STEPS, LINES, lineColour, look, pointsIn, scale, sheer, usualWidth } from "./look";

export interface PlotOptions {
  unit: Unit;
  kind: "lines" | "stack" | "heat";
  top?: number | undefined;
  floating?: boolean | undefined;
  height: number; // on a desk; see scale()
  zone: () => Zone;
  /** A new frame by zoom or pan. */
  onFrame: (frame: Frame) => void;
  /** The point below the cursor; null: none. And how far down the pointer is, of 1; null: it is elsewhere. */
  onCursor: (index: number | null, down: number | null) => void;
  /** A span marked by dragging; instead of a zoom. */
  onMark?: ((frame: Frame) => void) | undefined;
  /** The span marked before, which stays to be seen. */
  marked?: () => Frame | null;
  /** A chart of its own: its cursor moves no others. */
  alone?: boolean;
}

const MOST_LINES = 24;
const MOST_EDGES = 1; // bands of several lines are told apart without, and strokes are what costs most
const SYNC = "oreum";

/** After the palette's end it begins again, dashed. */
const dashOf = (n: number) => (n < LINES ? [] : n < 2 * LINES ? [6, 3] : [2, 3]);

/** From the bottom up: each line's values with all before it added. */
function stacked(lines: Line[]): (number | null)[][] {
  const sum: number[] = [];
  return lines.map(({ avg }) =>
    avg.map((v, i) => {
      if (v === null) return null;
      sum[i] = (sum[i] ?? 0) + v;
      return sum[i] ?? null;
    }),
  );
}

export class Plot {
  private u: uPlot | null = null;
  private shape = "";
  private grid: Grid = { times: [], step: 1, lines: [] };
  private range: [number, number] = [0, 1];
  private width = 0;
  private scale = 1;
  private owed = false; // a plot to be made once nobody holds the present one
  private readonly holds: Holds;
  drawn: Line[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly options: PlotOptions,
  ) {
    this.holds = new Holds(root, () => this.owed && this.make());
  }

  /** The x axis moves at once; the data follows when it is there. */
  setFrame(frame: Frame) {
    this.range = [frame.from, frame.to];
    this.u?.setScale("x", { min: frame.from, max: frame.to });
  }

  setData(grid: Grid) {
    this.grid = grid;
    this.drawn = this.options.kind === "heat" ? grid.lines : topLines(grid.lines, MOST_LINES);
    const shape = this.drawn.map((line) => line.key + (line.min ? "b" : "")).join("\n");
    if (!this.u || this.owed || shape !== this.shape) {
      this.shape = shape;
      this.make();
    } else {
      this.u.setData(this.data(), false);
      this.setFrame({ from: this.range[0], to: this.range[1] });
    }
  }

  /** After a change of colours, language or zone. */
  remake() {
    if (this.u) this.make();
  }

  /** After something beside the data has changed. */
  redraw() {
    this.u?.redraw(false);
  }

  /** To the width that a ResizeObserver told: asking the element would lay out the page once for each chart. */
  resize(width = this.root.clientWidth) {
    this.width = width;
    if (!this.u || width <= 0) return;
    if (this.scale !== scale()) this.make();
    else if (width !== this.u.width) this.u.setSize({ width, height: this.u.height });
  }

  /** That of the charts beside it, until an observer tells its own. What is out of sight is not even laid out. */
  guessWidth() {
    this.width ||= usualWidth(this.root);
  }

  /** Moves the cursor by points; for the keyboard. */
  moveCursor(by: number) {
    const { u } = this;
    const times = this.grid.times;
    if (!u || times.length === 0) return;
    const at = Math.min(times.length - 1, Math.max(0, (u.cursor.idx ?? times.length) + by));
    const { clientWidth, clientHeight } = u.over;
    // The first point lies a little before the frame, and all of them may while a new frame is being asked.
    const left = Math.min(clientWidth, Math.max(0, u.valToPos(times[at] ?? 0, "x")));
    // As a mouse would: the time of this place, too, is told to the others (uPlot's types lack the last argument).
    (u.setCursor as (at: object, fire: boolean, publish: boolean) => void)(
      { left, top: clientHeight / 2 },
      true,
      !this.options.alone,
    );
  }

  /** For how many points there is room. */
  get points(): number {
    return pointsIn(this.width || undefined);
  }

  /** The value shown for a line at a point. */
  valueAt(line: Line, index: number): number | null {
    return line.avg[index] ?? null;
  }

  get times(): number[] {
    return this.grid.times;
  }

  destroy() {
    this.holds.stop();
    this.owed = false;
    this.u?.destroy();
    this.u = null;
  }

  private data(): uPlot.AlignedData {
    const { kind } = this.options;
    if (kind === "heat") {
      // A row a line; the plot itself only needs to know the axis.
      return [this.grid.times, this.grid.times.map(() => null)] as uPlot.AlignedData;
    }
    if (kind === "stack") return [this.grid.times, ...stacked(this.drawn)] as uPlot.AlignedData;
    const columns = this.drawn.flatMap(({ avg, min, max }) => (min && max ? [avg, max, min] : [avg]));
    return [this.grid.times, ...columns] as uPlot.AlignedData;
  }

  private series(): { series: uPlot.Series[]; bands: uPlot.Band[] } {
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    const plain = { spanGaps: false, points: { show: onlyLonePoints } };
    if (this.options.kind === "heat") return { series: [{}, { show: true, points: { show: false } }], bands };
    this.drawn.forEach((line, n) => {
      const stroke = lineColour(n);
      if (this.options.kind === "stack") {
        const lowest = n === 0;
        series.push({ ...plain, stroke, width: 1, ...(lowest && { fill: sheer(stroke, 0.53) }) });
        if (!lowest) bands.push({ series: [n + 1, n], fill: sheer(stroke, 0.53) });
        return;
      }
      const at = series.length;
      const few = this.drawn.length === 1 && !line.min;
      series.push({
        ...plain,
        stroke,
        width: 1.6 * this.scale,
        dash: dashOf(n),
        ...(few && { fill: sheer(stroke, 0.13) }),
      });
      if (line.min && line.max) {
        const edge = {
          spanGaps: false,
          points: { show: false },
          ...(this.drawn.length <= MOST_EDGES && { stroke: sheer(stroke, 0.33), width: 0.6 }),
        };
        series.push(edge, edge);
        bands.push({ series: [at + 1, at + 2], fill: sheer(stroke, 0.2) });
      }
    });
    return { series, bands };
  }

  private yRange(_: uPlot, min: number | null, max: number | null): [number, number] {
    const { top, floating, unit } = this.options;
    if (this.options.kind === "heat") return [0, Math.max(1, this.drawn.length)];
    if (top !== undefined) return [0, Math.max(top, max ?? 0)];
    if (floating && min !== null && max !== null) {
      const pad = Math.max((max - min) * 0.1, Math.abs(max) * 0.02, 1e-9);
      return [min - pad, max + pad];
    }
    const least = { bytes: 1024, "bytes/s": 1024, percent: 1 }[unit as string] ?? (unit === "seconds" ? 0.001 : 1);
    const highest = Math.max(max ?? 0, least);
    // A share of something whole ends there.
    if (unit === "percent" && highest > 50 && highest < 105) return [Math.min(0, min ?? 0), Math.max(100, highest)];
    const step = roundStep(highest, 3, unit);
    return [Math.min(0, min ?? 0), Math.ceil(highest / step - 1e-9) * step];
  }

  private make() {
    // A drag or a pinch belongs to the plot that it began on.
    this.owed = this.holds.any;
    if (this.owed) return;
    const { left = -1, top = -1 } = this.u?.cursor ?? {};
    this.u?.destroy();
    const { unit, kind, height, zone } = this.options;
    const soft = look("--soft");
    const rule = { stroke: look("--rule"), width: 1 };
    this.scale = scale();
    const px = (n: number) => Math.round(n * this.scale);
    const font = `${px(12)}px ${look("--font")}`;
    const { series, bands } = this.series();
    const heat = kind === "heat";
    const options: uPlot.Options = {
      width: Math.max(50, this.width),
      height: px(height),
      padding: [px(8), px(18), 0, 0], // half of the last time's label
      legend: { show: false },
      series,
      bands,
      scales: {
        x: { time: true, range: () => this.range },
        y: { range: (u, min, max) => this.yRange(u, min, max) },
      },
      axes: [
        {
          stroke: soft,
          grid: rule,
          ticks: { show: false },
          font,
          size: px(24),
          space: px(70),
          splits: (u, _axis, from, to) => timeTicks({ from, to }, (u.width - px(80)) / px(70), zone().name),
          values: (_u, splits) => splits.map((t) => tickText(t, (splits[1] ?? Number.NaN) - (splits[0] ?? 0), zone())),
        },
        {
          stroke: soft,
          grid: { ...rule, show: !heat },
          ticks: { show: false },
          font,
          size: px(62),
          splits: (_u, _axis, min, max) => (heat ? [] : splitsOf(min, max, unit)),
          values: (_u, splits) => splits.map((v) => axisText(v, unit)),
        },
      ],
      cursor: {
        y: false,
        points: { show: kind === "lines", size: px(6) },
        drag: { x: true, y: false, setScale: false },
        ...(!this.options.alone && { sync: { key: SYNC, setSeries: false, scales: ["x", null] } }),
      },
      hooks: {
        ready: [(u) => left >= 0 && u.setCursor({ left, top })],
        setSelect: [(u) => this.selected(u)],
        setCursor: [(u) => this.options.onCursor(u.cursor.idx ?? null, pointerIn(u))],
        drawClear: [(u) => drawMark(u, this.options.marked?.() ?? null)],
        // Between points so near each other nobody sees a round joint, which costs more than the line.
        drawAxes: [({ ctx }) => (ctx.lineJoin = "bevel")],
        ...(heat && { draw: [(u) => drawHeat(u, this.drawn, this.grid)] }),
      },
    };
    // It is drawn before it is part of the page: there, the first letter would have the styles of all that is new worked out.
    const u = new uPlot(options, this.data(), (_u, ready) => ready());
    this.u = u;
    queueMicrotask(() => this.u === u && this.root.append(u.root));
    attachGestures(u, this.options.onFrame);
  }

  private selected(u: uPlot) {
    const { left, width } = u.select;
    if (width < 4) return;
    const frame = { from: u.posToVal(left, "x"), to: u.posToVal(left + width, "x") };
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    (this.options.onMark ?? this.options.onFrame)(frame);
  }
}

function pointerIn({ over, cursor }: uPlot): number | null {
  return over.matches(":hover") ? (cursor.top ?? 0) / (over.clientHeight || 1) : null;
}

/** A point between two gaps would not be seen as a line: it gets a dot. */
function onlyLonePoints(u: uPlot, index: number): boolean {
  const column = u.data[index] ?? [];
  let found = 0;
  for (let i = 0; i < column.length; i += 1) if (column[i] !== null && column[i] !== undefined) found += 1;
  return found === 1;
}

function splitsOf(min: number, max: number, unit: Unit): number[] {
  const step = roundStep(max - min, 3, unit);
  const first = Math.ceil(min / step - 1e-9) * step;
  const out: number[] = [];
  for (let v = first; v <= max + step * 1e-6; v += step) out.push(v);
  return out;
}

function drawMark(u: uPlot, mark: Frame | null) {
  if (!mark) return;
  const { ctx, bbox } = u;
  const left = u.valToPos(mark.from, "x", true);
  const width = Math.max(2, u.valToPos(mark.to, "x", true) - left);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = sheer(look("--accent"), 0.22);
  ctx.fillRect(left, bbox.top, width, bbox.height);
  ctx.restore();
}

/** A row a line, its colour the value out of 100. */
function drawHeat(u: uPlot, lines: Line[], { times, step }: Grid) {
  const { ctx, bbox } = u;
  const colours = Array.from({ length: HEAT_STEPS }, (_, i) => look(`--heat-${i}`));
  const row = bbox.height / Math.max(1, lines.length);
  const width = Math.ceil((step / ((u.scales.x?.max ?? 1) - (u.scales.x?.min ?? 0))) * bbox.width) + 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  lines.forEach((line, n) => {
    const y = bbox.top + n * row;
    const gap = row > 6 ? 1 : 0;
    times.forEach((t, i) => {
      const v = line.avg[i];
      if (v === null || v === undefined) return;
      const level = Math.min(HEAT_STEPS - 1, Math.max(0, Math.floor((v / 100) * HEAT_STEPS)));
      ctx.fillStyle = colours[level] ?? "";
      ctx.fillRect(u.valToPos(t, "x", true) - width, y, width, row - gap);
    });
  });
  ctx.restore();
}
