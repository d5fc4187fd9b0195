// Before a migration: what it would take, what is in the way; and its start.
import { useState } from "preact/hooks";
import { act, begin, type Plan, planTo } from "../lib/migration";
import { duration, format } from "../lib/units";
import { Confirm } from "../parts/Confirm";
import { Figures } from "../parts/small";
import { useWords } from "../parts/Words";

/** The URL is kept out of the address bar: it may hold a password. */
export function PlanForm({ onStart }: { onStart: () => void }) {
  const { t } = useWords();
  const [to, setTo] = useState("");
  const [plan, setPlan] = useState<{ of: string; plan: Plan } | null>(null);
  const [failure, setFailure] = useState("");
  const [asking, setAsking] = useState(false);
  const trying = async (work: () => Promise<void>) => {
    try {
      await work();
      setFailure("");
    } catch (error) {
      setPlan(null);
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const look = (event: Event) => {
    event.preventDefault();
    trying(async () => setPlan({ of: to, plan: await planTo(to) }));
  };
  const start = async (yes: boolean) => {
    setAsking(false);
    if (!yes || !plan) return;
    await trying(async () => {
      await begin(plan.of);
      setPlan(null);
    });
    onStart();
  };
  const rehearse = async () => {
    await trying(async () => {
      await act("rehearse", { to });
    });
    onStart();
  };
  const shown = plan?.of === to ? plan.plan : null;
  return (
    <section class="section" data-part="plan">
      <h2>{t("mg_plan")}</h2>
      <div class="card">
        <form class="buttons" onSubmit={look}>
          <label class="wide">
            {t("mg_to")}{" "}
            <input
              value={to}
              required
              spellcheck={false}
              autocomplete="off"
              placeholder="sqlite:/mnt/fast/oreum"
              onInput={(event) => setTo(event.currentTarget.value)}
            />
          </label>
          <button type="submit">{t("mg_look")}</button>
        </form>
        <p class="legend-note">{t("mg_to_hint")}</p>
        {failure && (
          <p class="error" role="alert">
            {t("says", failure)}
          </p>
        )}
        {shown && <PlanView plan={shown} onRehearse={rehearse} onStart={() => setAsking(true)} />}
      </div>
      {asking && shown && (
        <Confirm
          title={t("mg_start")}
          text={t("mg_ask_start", shown.from, shown.to)}
          go={t("mg_start")}
          onAnswer={start}
        />
      )}
    </section>
  );
}

function PlanView({ plan, onRehearse, onStart }: { plan: Plan; onRehearse: () => void; onStart: () => void }) {
  const { t } = useWords();
  const room = (free: number | null, wanted: number) =>
    t("mg_room_of", free === null ? "–" : format(free, "bytes"), format(wanted, "bytes"));
  const facts: [string, string][] = [
    [t("mg_record"), plan.from],
    [t("mg_other"), plan.target_there ? plan.to : t("mg_made", plan.to)],
    [t("samples"), format(plan.samples, "count")],
    [t("series_now"), format(plan.series, "count")],
    [t("size"), format(plan.bytes, "bytes")],
    [t("mg_room"), room(plan.free_bytes, plan.wanted_bytes)],
    [t("mg_room_here"), room(plan.source_free_bytes, plan.source_wanted_bytes)],
    [t("mg_takes"), `${duration(plan.estimated_seconds)} ${t(plan.measured ? "mg_measured" : "mg_usual")}`],
  ];
  if (plan.clock_ahead_seconds !== null) facts.push([t("mg_clock"), `${plan.clock_ahead_seconds.toFixed(1)} s`]);
  return (
    <div class="plan" role="status">
      <Figures facts={facts} />
      {plan.obstacles.map((obstacle) => (
        <p class="error" key={obstacle}>
          {t("mg_in_the_way", obstacle)}
        </p>
      ))}
      {plan.obstacles.length === 0 && (
        <p class="buttons">
          {t("mg_free_way")}
          <button type="button" title={t("mr_hint")} onClick={onRehearse}>
            {t("mr_begin")}
          </button>
          <button type="button" class="primary" onClick={onStart}>
            {t("mg_start")}
          </button>
        </p>
      )}
    </div>
  );
}
