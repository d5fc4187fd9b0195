// From one store to another while Oreum runs: where it stands, what was verified, what is wrong, and what may be asked.
import { useState } from "preact/hooks";
import { done, type Migration as Known, migration, STATES, type Store, underWay } from "../lib/migration";
import { dateTime } from "../lib/time";
import { duration, format, seconds, whole } from "../lib/units";
import { useAsked } from "../parts/hooks";
import { SortTable } from "../parts/SortTable";
import { Figures } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";
import { Orders } from "./MigrationOrders";
import { PlanForm } from "./MigrationPlan";
import { Rehearsal } from "./MigrationRehearsal";

const EVERY = 1;

export function Migration() {
  const { t } = useWords();
  const [turn, setTurn] = useState(0); // an order is followed by a look at once
  const { value } = useAsked(migration, [turn], EVERY);
  const look = () => setTurn((n) => n + 1);
  if (!value) return <p>{t("starting")}</p>;
  return (
    <>
      <p class="summary">{t("mg_intro")}</p>
      {value.state === null ? (
        <>
          <p>{t("mg_none")}</p>
          {value.problem && <Problem text={value.problem} hint={t("mg_hint_waits")} />}
          <Stores rows={[value.store_of_record]} />
        </>
      ) : (
        <Present known={value} onOrder={look} />
      )}
      {value.possible.includes("start") && <PlanForm onStart={look} />}
      {value.rehearsal && <Rehearsal known={value.rehearsal} onOrder={look} />}
    </>
  );
}

function Present({ known, onOrder }: { known: Known; onOrder: () => void }) {
  return (
    <>
      <Stages known={known} />
      <Troubles known={known} />
      {underWay(known) && <Orders known={known} onOrder={onOrder} />}
      <Numbers known={known} />
      <Stores rows={[known.store_of_record, known.other_store]} />
      <Checks known={known} />
    </>
  );
}

const stateText = (state: Known["state"]) => `mg_state_${state.toLowerCase() as Lowercase<Known["state"]>}` as const;
const nowText = (state: Known["state"]) => `mg_now_${state.toLowerCase() as Lowercase<Known["state"]>}` as const;

function Stages({ known }: { known: Known }) {
  const { t } = useWords();
  const { state } = known;
  const at = (STATES as readonly string[]).indexOf(state);
  const share = done(known);
  return (
    <section class="card" aria-labelledby="stages" data-state={state}>
      <h2 id="stages">{t(stateText(state))}</h2>
      <p>{t(nowText(state))}</p>
      {share !== null && (
        <progress value={share} max={1} aria-label={t(stateText(state))}>
          {format(100 * share, "percent")}
        </progress>
      )}
      {at >= 0 && (
        <ol class="stages">
          {STATES.map((one, n) => (
            <li key={one} class={n < at ? "past" : ""} aria-current={n === at ? "step" : undefined}>
              {t(stateText(one))}
            </li>
          ))}
        </ol>
      )}
      {known.switched && state !== "SWITCHING" && (
        <p>
          {t("mg_configure")} <code>store: {known.store_of_record.url}</code>
        </p>
      )}
    </section>
  );
}

function Problem({ text, hint }: { text: string; hint: string }) {
  return (
    <div class="card problem-card" role="alert">
      <p class="error">{text}</p>
      <p>{hint}</p>
    </div>
  );
}

/** What went wrong, each with what to do. The server's own words are English, as in its logs. */
function Troubles({ known }: { known: Known }) {
  const { t } = useWords();
  const { lang } = useAppState();
  const { problem, refused, conflicts, canary, state, verify } = known;
  const ended = !underWay(known);
  const hint = ended ? "mg_hint_again" : state === "SOAK" || state === "SWITCHING" ? "mg_hint_soak" : "mg_hint_waits";
  return (
    <>
      {problem && <Problem text={t("mg_problem", problem)} hint={t(hint)} />}
      {refused && <Problem text={t("mg_refused", refused)} hint={t("mg_hint_refused")} />}
      {conflicts.samples > 0 && (
        <Problem text={t("mg_conflicts", whole(conflicts.samples, lang), conflicts.first)} hint={t("mg_hint_verify")} />
      )}
      {canary.mismatches > 0 && (
        <Problem text={t("mg_canary_differs", whole(canary.mismatches, lang))} hint={t("mg_hint_verify")} />
      )}
      {verify.findings.length > 0 && (
        <div class="card problem-card">
          <h2>{t("mg_findings")}</h2>
          <ul class="findings">
            {verify.findings.map((finding) => (
              <li key={finding}>{finding}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Numbers({
  known: { progress, state, started, switches, last_switch, writes_waited_seconds },
}: {
  known: Known;
}) {
  const { t } = useWords();
  const { zone, lang } = useAppState();
  const time = (text: string | null) => (text ? dateTime(Date.parse(text) / 1000, { name: zone, lang }) : "–");
  const of = (part: number, all: number, text = (n: number) => whole(n, lang)) =>
    all > 0 ? t("mg_of", text(part), text(all)) : text(part);
  const copying = state === "COPY";
  const left = progress.seconds_left;
  const facts: [string, string][] = [
    [t("mg_units"), of(progress.units, progress.all_units)],
    [t("mg_bytes"), of(progress.bytes, progress.all_bytes, (n) => format(n, "bytes"))],
    [t("samples"), whole(progress.samples, lang)],
    [t("mg_lag"), whole(progress.lag_rows, lang)],
    [t("mg_windows"), of(progress.windows, progress.all_windows)],
    [t("mg_rate"), copying ? format(progress.bytes_per_second, "bytes/s") : "–"],
    [t("mg_left"), copying && left !== null ? duration(left) : "–"],
    [t("mg_started"), time(started)],
  ];
  if (switches > 0) {
    facts.push([t("mg_switches"), whole(switches, lang)], [t("mg_last_switch"), time(last_switch)]);
    facts.push([t("mg_waited"), seconds(writes_waited_seconds)]);
  }
  return <Figures facts={facts} />;
}

function Stores({ rows }: { rows: Store[] }) {
  const { t } = useWords();
  const { lang } = useAppState();
  const number = (id: "samples" | "series" | "packs" | "disk_bytes" | "conflicts", title: string) => ({
    id,
    title,
    number: true,
    cell: (row: Store) => (id === "disk_bytes" ? format(row[id], "bytes") : whole(row[id], lang)),
  });
  return (
    <section class="section">
      <h2>{t("mg_stores")}</h2>
      <div class="card" data-table="stores">
        <SortTable<Store>
          caption={t("mg_stores")}
          rows={rows}
          keyOf={(row) => row.url}
          columns={[
            { id: "role", title: t("mg_role"), cell: (row) => (row === rows[0] ? t("mg_record") : t("mg_other")) },
            { id: "url", title: t("mg_url"), cell: (row) => <code>{row.url}</code> },
            number("samples", t("samples")),
            number("series", t("series_now")),
            number("packs", t("mg_packs")),
            number("disk_bytes", t("size")),
            number("conflicts", t("mg_conflicts_column")),
          ]}
        />
      </div>
    </section>
  );
}

function Checks({ known: { verify, canary } }: { known: Known }) {
  const { t } = useWords();
  const { zone, lang } = useAppState();
  const at = verify.at ? dateTime(Date.parse(verify.at) / 1000, { name: zone, lang }) : t("mg_never");
  const facts: [string, string][] = [
    [t("mg_verified_at"), at],
    [t("mg_verified"), whole(verify.samples, lang)],
    [t("mg_repaired"), whole(verify.repaired, lang)],
    [t("mg_canary"), `${canary.percent} %`],
    [t("mg_canary_reads"), whole(canary.reads, lang)],
    [t("mg_canary_mismatches"), whole(canary.mismatches, lang)],
  ];
  return (
    <section class="section" data-part="verify">
      <h2>{t("mg_checks")}</h2>
      <Figures facts={facts} />
    </section>
  );
}
