// A chart with its title, its sentence, its legend and its PromQL.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChartDef } from "../charts/chart";
import { isAborted, isAway, isRefused } from "../lib/api";
import type { Grid, Line } from "../lib/grid";
import { lastOf } from "../lib/grid";
import { whenIdle } from "../lib/idle";
import { currentPulse, onPulse, suspect } from "../lib/live";
import { type Asked, shown } from "../lib/promql";
import { type Frame, momentText, stepFor, zoomed } from "../lib/time";
import { axisText, format, type Unit } from "../lib/units";
import { frameOf, linkTo, onState, showFrame, state } from "../state";
import { Loader } from "./loader";
import { heatVars, lineVar, onScheme, pointsIn } from "./look";
import { Plot } from "./plot";
import { Sight } from "./sight";
import { useWords } from "./Words";

const LOAD_PAUSE_MS = 150; // a wheel turns in many small steps
const LEGEND_LINES = 8;
const AGAIN_AFTER = 5; // seconds, after an answer that was none

export interface ChartViewProps {
  def: ChartDef;
  instance: string;
  interval: number;
  height?: number;
  onMark?: (frame: Frame) => void;
  marked?: Frame | null;
}

const zoneNow = () => ({ name: state().zone, lang: state().lang });

export function ChartView({ def, instance, interval, height = 190, onMark, marked }: ChartViewProps) {
  const words = useWords();
  const pace = def.slow ? Math.max(interval, 10) : interval;
  return (
    <section class="card chart" aria-labelledby={`chart-${def.id}`} data-chart={def.id}>
      <h3 id={`chart-${def.id}`}>{words.title(def.id)}</h3>
      <p class="sentence">{words.sentence(def.id)}</p>
      <RangePlot
        label={words.title(def.id)}
        asked={def.lines}
        instance={instance}
        interval={pace}
        unit={def.unit}
        kind={def.kind ?? "lines"}
        top={def.top}
        floating={def.floating}
        height={height}
        nameOf={(line) => lineName(line, def, words.line)}
        onMark={onMark}
        marked={marked}
      />
      <Expressions def={def} instance={instance} pace={pace} />
    </section>
  );
}

/** Written out when somebody looks. */
function Expressions({ def, instance, pace }: { def: ChartDef; instance: string; pace: number }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const at = { step: stepFor(state().span, pace, pointsIn()), interval: pace };
  const promql = open ? def.lines.map(({ expr }) => shown(expr, instance, at)) : [];
  return (
    <details class="query" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("promql")}</summary>
      {promql.map((expr) => (
        <div key={expr}>
          <code>{expr}</code>
          <a href={linkTo({ page: "explore", extra: { q: expr } })}>{t("open_explore")}</a>
        </div>
      ))}
    </details>
  );
}

function lineName(line: Line, def: ChartDef, name: ReturnType<typeof useWords>["line"]): string {
  const spec = def.lines[line.index];
  const labels = (spec?.by ?? []).map((label) => line.labels[label] ?? "").filter(Boolean);
  // A container's name says enough; its id is for groups that have none.
  const device = spec?.by?.[0] === "name" && spec.by[1] === "id" ? labels.slice(0, 1) : labels;
  return [...device, ...(spec?.name ? [name(spec.name)] : [])].join(" ") || "value";
}

interface RangePlotProps {
  label: string;
  asked: Asked[];
  instance: string;
  interval: number;
  unit: Unit;
  kind: "lines" | "stack" | "heat";
  top?: number | undefined;
  floating?: boolean | undefined;
  height: number;
  nameOf: (line: Line) => string;
  /** The one expression as it stands: no bands, its metric's name kept. */
  raw?: boolean;
  onMark?: ((frame: Frame) => void) | undefined;
  marked?: Frame | null | undefined;
  /** What the server says against the expression; "" when nothing. */
  onError?: (message: string) => void;
  onGrid?: (grid: Grid) => void;
}

/** Of a heat map: the row below the pointer, else the one with the most at that time. */
function rowAt(lines: Line[], index: number | null, down: number | null) {
  const valueAt = ({ avg }: Line) => (index === null ? lastOf(avg) : (avg[index] ?? null));
  const pointed = down === null ? undefined : lines[Math.min(lines.length - 1, Math.floor(down * lines.length))];
  const most = () => lines.reduce((a, b) => ((valueAt(b) ?? -1) > (valueAt(a) ?? -1) ? b : a));
  const line = pointed ?? (lines.length > 0 ? most() : undefined);
  return line && { line, pointed: line === pointed, value: valueAt(line) };
}

type Phase = "loading" | "empty" | "drawn" | "error";

/** The drawing itself: follows the state and the pulse without the page being rendered again. */
export function RangePlot(props: RangePlotProps) {
  const { asked, instance, interval, unit, kind, top, floating, height, label } = props;
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const legend = useRef<HTMLUListElement>(null);
  const moment = useRef<HTMLParagraphElement>(null);
  const spot = useRef<HTMLElement>(null);
  const [lines, setLines] = useState<Line[]>([]);
  const [left, setLeft] = useState(0);
  const [phase, setPhase] = useState<Phase>("loading");
  const [problem, setProblem] = useState("");
  const latest = useRef(props);
  latest.current = props;
  const key = asked.map((line) => line.expr).join("\n");

  useLayoutEffect(() => {
    const root = box.current;
    if (!root) return;
    const points = () => made.points;
    const raw = latest.current.raw ?? false;
    const loader = new Loader({ asked, instance, interval, points, plain: kind !== "lines", raw });
    const sight = new Sight(root);
    let gone = false;
    let stale = false; // the frame has moved on since it was drawn
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = Number.POSITIVE_INFINITY; // when to ask again after a failure, in the server's time
    let failing = false;
    let names = "";
    let cursor: number | null = null;
    let down: number | null = null;

    const showValues = () => {
      const p = plot.current;
      if (!p) return;
      const index = cursor;
      const cells = legend.current?.querySelectorAll("b") ?? [];
      p.drawn.slice(0, cells.length).forEach((line, n) => {
        const value = index === null ? lastOf(line.avg) : p.valueAt(line, index);
        let text = format(value, unit);
        const low = index === null ? null : line.min?.[index];
        const high = index === null ? null : line.max?.[index];
        if (low !== null && low !== undefined && high !== null && high !== undefined) {
          text += ` (${format(low, unit)} … ${format(high, unit)})`;
        }
        const cell = cells[n];
        if (cell && cell.textContent !== text) cell.textContent = text;
      });
      const row = kind === "heat" ? rowAt(p.drawn, index, down) : undefined;
      if (spot.current && row) {
        const name = latest.current.nameOf(row.line);
        spot.current.textContent = words.t(row.pointed ? "heat_row" : "heat_most", name, format(row.value, unit));
      }
      const t = index === null ? undefined : p.times[index];
      if (moment.current) moment.current.textContent = t === undefined ? "" : momentText(t, state().span, zoneNow());
    };

    const made = new Plot(root, {
      unit,
      kind,
      top,
      floating,
      height,
      zone: zoneNow,
      onFrame: (frame) => showFrame(frame),
      onCursor: (index, share) => {
        cursor = index;
        down = share;
        showValues();
      },
      marked: () => latest.current.marked ?? null,
      onMark: latest.current.onMark ? (frame) => latest.current.onMark?.(frame) : undefined,
    });
    plot.current = made;

    const show = (grid: Grid) => {
      made.setData(grid);
      latest.current.onGrid?.(grid);
      const now = made.drawn.map((line) => line.key).join("\n");
      setPhase(grid.lines.length === 0 ? "empty" : "drawn");
      setProblem("");
      if (now !== names || now === "") {
        names = now;
        setLines(made.drawn);
        setLeft(grid.lines.length - made.drawn.length);
      }
      requestAnimationFrame(showValues); // once the legend has its rows
    };

    const frameNow = () => frameOf(state(), currentPulse().now);
    const follow = () => {
      stale = !sight.near;
      if (!stale) made.setFrame(frameNow());
    };
    const load = async () => {
      if (gone) return;
      failing = false;
      try {
        const grid = await loader.load(frameNow(), () => sight.near || !sight.known);
        const draw = () => {
          if (gone) return;
          if (grid) show(grid);
          follow();
          latest.current.onError?.("");
        };
        if (sight.near) draw();
        else whenIdle(draw);
      } catch (error) {
        if (gone || isAborted(error)) return;
        loader.forget();
        failing = true;
        again = isRefused(error) ? Number.POSITIVE_INFINITY : currentPulse().now + AGAIN_AFTER;
        if (isAway(error)) {
          suspect(); // the banner tells; what was drawn stays
          return;
        }
        const message = error instanceof Error ? error.message : String(error);
        setProblem(message);
        setPhase("error");
        latest.current.onError?.(message);
      }
    };
    // While the frame goes on moving, what was asked a moment ago is still of use: it is drawn, and then asked again.
    const loadSoon = () => {
      timer ??= setTimeout(async () => {
        timer = undefined;
        if (!sight.near || gone) return;
        if (loader.busyFor(frameNow())) loadSoon();
        else load();
      }, LOAD_PAUSE_MS);
    };
    // However often the wheel speaks, a frame of the screen is drawn once, and only what is on it.
    let drawing = 0;
    const draw = () => {
      drawing = 0;
      if (sight.seen) follow();
      else stale = true;
    };

    let { span, end, lang, theme, zone } = state();
    const stopState = onState(() => {
      const s = state();
      if (s.lang !== lang || s.theme !== theme || s.zone !== zone) requestAnimationFrame(() => made.remake());
      if (s.span !== span || s.end !== end) {
        drawing ||= requestAnimationFrame(draw);
        loadSoon();
      }
      ({ span, end, lang, theme, zone } = s);
    });
    let health = currentPulse().health;
    const stopPulse = onPulse((pulse) => {
      const back = health === "away" && pulse.health === "live";
      health = pulse.health;
      if (back) loader.forget();
      const due = pulse.health === "live" && (failing ? pulse.now >= again : state().end === null);
      if (!sight.seen) stale = true;
      else if (back || (due && !loader.busy)) load();
    });
    const stopScheme = onScheme(() => made.remake());
    const sizes = new ResizeObserver(([entry]) => {
      made.resize(Math.round(entry?.contentRect.width ?? 0));
      if (!loader.fits(frameNow())) loadSoon();
    });
    sizes.observe(root);
    made.setFrame(frameNow());
    // At first everything is asked, what is far away when there is time; later what comes near.
    made.guessWidth();
    load();
    sight.onChange = () => {
      if (sight.near && stale) load();
    };
    return () => {
      gone = true;
      clearTimeout(timer);
      cancelAnimationFrame(drawing);
      stopState();
      stopPulse();
      stopScheme();
      sizes.disconnect();
      sight.stop();
      loader.stop();
      made.destroy();
      plot.current = null;
    };
  }, [key, instance, interval, unit, kind]);

  useLayoutEffect(() => plot.current?.redraw(), [props.marked?.from, props.marked?.to]);

  const keys = (event: KeyboardEvent) => {
    const frame = frameOf(state(), currentPulse().now);
    const step = event.shiftKey ? 10 : 1;
    if (event.key === "ArrowLeft") plot.current?.moveCursor(-step);
    else if (event.key === "ArrowRight") plot.current?.moveCursor(step);
    else if (event.key === "+" || event.key === "=") showFrame(zoomed(frame, (frame.from + frame.to) / 2, 0.5));
    else if (event.key === "-") showFrame(zoomed(frame, (frame.from + frame.to) / 2, 2));
    else return;
    event.preventDefault();
  };

  return (
    <div class={`plot ${phase}`} data-phase={phase}>
      <div
        class="canvas"
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${label}. ${words.t("chart_keys")}`}
        style={{ minHeight: `${height / 16}rem` }}
        onKeyDown={keys}
      />
      {phase === "empty" && <p class="over">{words.t("no_data")}</p>}
      {phase === "loading" && <p class="over">{words.t("loading")}</p>}
      {phase === "error" && (
        <p class="over error" role="alert">
          {words.t("says", problem)}
        </p>
      )}
      <p class="moment" ref={moment} aria-live="off" />
      {kind === "heat" ? (
        <p class="legend-note heat">
          <span class="scale">
            {axisText(0, unit)}
            <span>
              {heatVars.map((colour) => (
                <i key={colour} style={{ background: colour }} />
              ))}
            </span>
            {axisText(top ?? 100, unit)}
          </span>
          {words.t("heat_hint")} <b ref={spot} />
        </p>
      ) : (
        <ul class="legend" ref={legend}>
          {lines.slice(0, LEGEND_LINES).map((line, n) => (
            <li key={line.key}>
              <i style={{ background: lineVar(n) }} />
              <span>{props.nameOf(line)}</span> <b />
            </li>
          ))}
          {lines.some(({ min }) => min) && <li class="band">{words.t("band")}</li>}
          {lines.length + left > LEGEND_LINES && <li>{words.t("more_lines", lines.length + left - LEGEND_LINES)}</li>}
        </ul>
      )}
    </div>
  );
}
