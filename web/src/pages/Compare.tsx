// Two periods, or two machines, on top of each other.
import { useEffect, useRef } from "preact/hooks";
import type { ChartDef } from "../charts/chart";
import { CPU } from "../charts/cpu";
import { DISK, FILESYSTEM } from "../charts/disks";
import { LOAD } from "../charts/load";
import { MEMORY } from "../charts/memory";
import { NETWORK } from "../charts/network";
import { PRESSURE } from "../charts/pressure";
import { instances, queryRange } from "../lib/api";
import { type Grid, type Line, toGrid } from "../lib/grid";
import { fill, window } from "../lib/promql";
import { type Frame, parseSpan, spanText, stepFor } from "../lib/time";
import { duration, format } from "../lib/units";
import { useAsked, useNow } from "../parts/hooks";
import { lineVar, pointsIn } from "../parts/look";
import { Plot } from "../parts/plot";
import { useWords } from "../parts/Words";
import { frameOf, onState, showFrame, state, updateExtra, useAppState } from "../state";
import { useInterval } from "./Machine";

const SHIFTS = ["15m", "1h", "4h", "1d", "7d", "30d"];
const EVERY = 5;
const HEIGHT = 170;

interface Compared {
  def: ChartDef;
  expr: string; // one value a machine: sides are compared line by line
}

/** What of a chart's lines is one number for the machine. */
function whole(charts: ChartDef[], id: ChartDef["id"], line: number, by: "sum" | "max"): Compared[] {
  const def = charts.find((one) => one.id === id);
  const expr = def?.lines[line]?.expr;
  return def && expr ? [{ def, expr: `${by}(${expr})` }] : [];
}

const COMPARED: Compared[] = [
  ...whole(CPU, "cpu_used", 0, "max"),
  ...whole(MEMORY, "memory_used", 0, "max"),
  ...whole(LOAD, "load", 0, "max"),
  ...whole(PRESSURE, "pressure_cpu", 0, "max"),
  ...whole(PRESSURE, "pressure_io", 0, "max"),
  ...whole(DISK, "disk_bytes", 0, "sum"),
  ...whole(DISK, "disk_bytes", 1, "sum"),
  ...whole(DISK, "disk_busy", 0, "max"),
  ...whole(FILESYSTEM, "fs_used", 0, "max"),
  ...whole(NETWORK, "net_bytes", 0, "sum"),
  ...whole(NETWORK, "net_bytes", 1, "sum"),
  ...whole(NETWORK, "tcp_connections", 0, "max"),
];

interface Side {
  instance: string;
  shift: number; // seconds earlier
}

export function Compare() {
  const s = useAppState();
  const { t } = useWords();
  const machines = useAsked(() => instances(), [], 30).value ?? [];
  const interval = useInterval(s.instance);
  const other = s.extra.other ?? "";
  const shift = parseSpan(s.extra.shift ?? "") ?? s.span;
  const byMachine = s.extra.by === "machine";
  const b: Side = byMachine ? { instance: other, shift: 0 } : { instance: s.instance, shift };
  const others = machines.filter((one) => one.instance !== s.instance);
  return (
    <>
      <div class="tabs">
        <span>{t("compare_with")}</span>
        <button type="button" aria-pressed={!byMachine} onClick={() => updateExtra({ by: "" })}>
          {t("other_time")}
        </button>
        <button
          type="button"
          aria-pressed={byMachine}
          onClick={() => updateExtra({ by: "machine", other: other || (others[0]?.instance ?? "") })}
        >
          {t("other_machine")}
        </button>
        {byMachine ? (
          <label>
            <span class="hidden">{t("other_machine")}</span>
            <select value={other} onChange={(event) => updateExtra({ other: event.currentTarget.value })}>
              {others.map((one) => (
                <option key={one.instance}>{one.instance}</option>
              ))}
            </select>
          </label>
        ) : (
          <label>
            {t("shift")}{" "}
            <select value={spanText(shift)} onChange={(event) => updateExtra({ shift: event.currentTarget.value })}>
              {[...new Set([...SHIFTS, spanText(shift)])].map((one) => (
                <option key={one} value={one}>
                  {duration(parseSpan(one) ?? 0)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {byMachine && others.length === 0 && <p>{t("only_one_machine")}</p>}
      {interval !== null && b.instance && (
        <div class="charts">
          {COMPARED.map(({ def, expr }) => (
            <Pair
              key={`${expr} ${s.instance} ${b.instance}`}
              def={def}
              expr={expr}
              a={{ instance: s.instance, shift: 0 }}
              b={b}
              interval={interval}
            />
          ))}
        </div>
      )}
    </>
  );
}

async function side(
  expr: string,
  { instance, shift }: Side,
  frame: Frame,
  interval: number,
  signal: AbortSignal,
): Promise<Grid> {
  const step = stepFor(frame.to - frame.from, interval, pointsIn());
  const from = Math.floor(frame.from / step) * step;
  const to = Math.floor(frame.to / step) * step;
  const query = fill(expr, instance, window({ step, interval }));
  const series = await queryRange(query, from - shift, to - shift, step, Math.max(25, step), signal);
  return toGrid(series, from - shift, to - shift, step);
}

const mean = (values: (number | null)[]): number | null => {
  const known = values.filter((v): v is number => v !== null);
  return known.length === 0 ? null : known.reduce((sum, v) => sum + v, 0) / known.length;
};

/** B's values drawn at A's times. */
function overlaid(a: Grid, b: Grid): Grid {
  const line = (grid: Grid, index: number): Line => ({
    key: String(index),
    index,
    labels: {},
    avg: a.times.map((_, i) => grid.lines[0]?.avg[i] ?? null),
    min: null,
    max: null,
  });
  return { times: a.times, step: a.step, lines: [line(a, 0), line(b, 1)] };
}

interface PairProps {
  def: ChartDef;
  expr: string;
  a: Side;
  b: Side;
  interval: number;
}

function Pair({ def, expr, a, b, interval }: PairProps) {
  const s = useAppState();
  const words = useWords();
  const now = useNow(EVERY);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const frame = frameOf(s, Math.floor(now / EVERY) * EVERY);
  const { value, error } = useAsked(
    async (signal) =>
      overlaid(await side(expr, a, frame, interval, signal), await side(expr, b, frame, interval, signal)),
    [frame.from, frame.to, a.instance, b.instance, b.shift],
    0,
    true,
  );
  useEffect(() => {
    const root = box.current;
    if (!root) return;
    const zone = () => ({ name: state().zone, lang: state().lang });
    const made = new Plot(root, {
      unit: def.unit,
      kind: "lines",
      top: def.top,
      height: HEIGHT,
      zone,
      onFrame: (next) => showFrame(next),
      onCursor: () => {},
    });
    plot.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(root);
    const off = onState(() => requestAnimationFrame(() => made.remake()));
    return () => {
      off();
      sizes.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setFrame(frame);
    if (value) plot.current?.setData(value);
  }, [value, frame.from, frame.to]);
  const [meanA, meanB] = [mean(value?.lines[0]?.avg ?? []), mean(value?.lines[1]?.avg ?? [])];
  const lineId = def.lines.find((line) => expr.includes(line.expr))?.name;
  const title = words.title(def.id) + (lineId && def.lines.length > 1 ? `: ${words.line(lineId)}` : "");
  const nameOf = ({ instance, shift }: Side) => (shift > 0 ? `${instance}, −${duration(shift)}` : instance);
  return (
    <section class="card chart" data-chart={def.id}>
      <h3>{title}</h3>
      <div class="plot" data-phase={value ? "drawn" : "loading"}>
        <div class="canvas" ref={box} role="img" aria-label={title} style={{ minHeight: `${HEIGHT / 16}rem` }} />
        {error && <p class="over error">{words.t("says", error)}</p>}
        <ul class="legend">
          {[a, b].map((one, n) => (
            <li key={n}>
              <i style={{ background: lineVar(n) }} />
              {words.t(n === 0 ? "this_side" : "that_side", nameOf(one))}{" "}
              <b>{format(n === 0 ? meanA : meanB, def.unit)}</b>
            </li>
          ))}
          {meanA !== null && meanB !== null && meanA !== 0 && (
            <li>
              {words.t("difference")}{" "}
              <b>{`${meanB >= meanA ? "+" : "−"}${format(Math.abs(meanB / meanA - 1) * 100, "percent")}`}</b>
            </li>
          )}
        </ul>
      </div>
    </section>
  );
}
