// What time is shown: presets, exact ranges, earlier and later, pause.
import { useEffect, useRef, useState } from "preact/hooks";
import { currentPulse } from "../lib/live";
import { bounded, dateTime, type Frame, fromInput, inputText, PRESETS, parseSpan, spanText, zoomed } from "../lib/time";
import { duration } from "../lib/units";
import { frameOf, linkTo, showFrame, update, useAppState } from "../state";
import { useNow, usePulse } from "./hooks";
import { useWords } from "./Words";

/** The page of changes with this frame marked, the one before it, which it is compared with, and a little after it in sight. */
function changesIn({ from, to }: Frame): string {
  const span = to - from;
  const iso = (t: number) => new Date(t * 1000).toISOString();
  return linkTo({ page: "changes", span: 2.5 * span, end: to + span / 4, extra: { from: iso(from), to: iso(to) } });
}

export function TimeBar() {
  const s = useAppState();
  const { t } = useWords();
  const now = useNow(1);
  const frame = frameOf(s, now);
  const waits = usePulse().health === "away";
  const zone = { name: s.zone, lang: s.lang };
  const pan = (by: number) => {
    const to = Math.min(frame.to + by * s.span, currentPulse().now);
    showFrame({ from: to - s.span, to });
  };
  const zoom = (factor: number) => {
    // What is live stays live: it grows from the present backwards.
    const next =
      s.end === null
        ? bounded({ from: frame.to - s.span * factor, to: frame.to })
        : zoomed(frame, (frame.from + frame.to) / 2, factor);
    showFrame(next, s.end === null);
  };
  const preset = spanText(s.span);
  return (
    <div class="timebar" role="group" aria-label={t("time")}>
      <button
        type="button"
        class="live"
        aria-pressed={s.end === null}
        onClick={() => update({ end: s.end === null ? now : null })}
      >
        <span class={`dot ${waits ? "out" : ""}`} aria-hidden="true" />
        {s.end !== null ? t("paused") : waits ? t("live_waits") : t("live")}
      </button>
      <label>
        <span class="hidden">{t("time")}</span>
        <select
          value={PRESETS.includes(preset) ? preset : ""}
          onChange={(event) => {
            const span = parseSpan(event.currentTarget.value);
            if (span) update({ span });
          }}
        >
          {!PRESETS.includes(preset) && <option value="">{duration(s.span)}</option>}
          {PRESETS.map((one) => (
            <option key={one} value={one}>
              {s.end === null ? t("last", duration(parseSpan(one) ?? 0)) : duration(parseSpan(one) ?? 0)}
            </option>
          ))}
        </select>
      </label>
      <span class="group">
        <button type="button" onClick={() => pan(-0.5)} aria-label={t("back")} title={t("back")}>
          ‹
        </button>
        <button
          type="button"
          onClick={() => pan(0.5)}
          aria-label={t("forward")}
          title={t("forward")}
          disabled={s.end === null}
        >
          ›
        </button>
        <button type="button" onClick={() => zoom(0.5)} aria-label={t("zoom_in")} title={t("zoom_in")}>
          +
        </button>
        <button type="button" onClick={() => zoom(2)} aria-label={t("zoom_out")} title={t("zoom_out")}>
          −
        </button>
      </span>
      <ExactRange />
      {s.end !== null && (
        <>
          <span class="shown">
            {dateTime(frame.from, zone)} – {dateTime(frame.to, zone)}
          </span>
          {s.page === "machine" && <a href={changesIn(frame)}>{t("changes_find")}</a>}
        </>
      )}
    </div>
  );
}

function ExactRange() {
  const s = useAppState();
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open || !from.current || !to.current) return;
    const frame = frameOf(s, currentPulse().now);
    from.current.value = inputText(frame.from, s.zone);
    to.current.value = inputText(frame.to, s.zone);
    from.current.focus();
  }, [open]);
  const submit = (event: Event) => {
    event.preventDefault();
    const a = fromInput(from.current?.value ?? "", s.zone);
    const b = fromInput(to.current?.value ?? "", s.zone);
    if (a === null || b === null || a === b) return;
    showFrame(bounded({ from: Math.min(a, b), to: Math.max(a, b) }));
    setOpen(false);
  };
  return (
    <>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("exact")}
      </button>
      {open && (
        <form class="exact" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
          <label>
            {t("from")} <input type="datetime-local" step="1" ref={from} required />
          </label>
          <label>
            {t("to")} <input type="datetime-local" step="1" ref={to} required />
          </label>
          <button type="submit">{t("apply")}</button>
        </form>
      )}
    </>
  );
}
