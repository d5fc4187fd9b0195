// The last rehearsal of a migration: how far it is, how long each step took, what it found.
import type { TextId } from "../i18n/en";
import { act, type Rehearsal as Known } from "../lib/migration";
import { seconds, whole } from "../lib/units";
import { Figures } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";

const STATES: Record<Known["state"], TextId> = {
  RUNNING: "mr_running",
  PASSED: "mr_passed",
  FAILED: "mr_failed",
  ENDED: "mr_ended",
};

export function Rehearsal({ known, onOrder }: { known: Known; onOrder: () => void }) {
  const { t } = useWords();
  const { lang } = useAppState();
  const { load } = known;
  const end = async () => {
    await act("cancel").catch(() => {}); // it has just ended by itself
    onOrder();
  };
  const facts: [string, string][] = [
    [t("samples"), whole(known.samples, lang)],
    [t("mg_verified"), whole(known.compared_samples, lang)],
    [t("mg_waited"), seconds(known.writes_waited_seconds)],
    [t("mr_writes"), t("mr_refused", whole(load.batches, lang), whole(load.refused_batches, lang))],
    [t("mr_reads"), t("mr_refused", whole(load.reads, lang), whole(load.failed_reads, lang))],
    [t("mr_p99"), t("mr_alone", seconds(load.read_p99_seconds_meanwhile), seconds(load.read_p99_seconds_alone))],
  ];
  return (
    <section class="card" aria-labelledby="rehearsal" data-rehearsal={known.state}>
      <h2 id="rehearsal">{t(STATES[known.state])}</h2>
      <p>
        <code>{known.to}</code>
      </p>
      {known.state === "RUNNING" && (
        <p class="buttons">
          {/* The server's own words are English, as in its logs. */}
          <span lang="en">{known.now}</span>
          <button type="button" onClick={end}>
            {t("mr_end")}
          </button>
        </p>
      )}
      {known.problem && <p class="error">{known.problem}</p>}
      {known.findings.length > 0 && (
        <ul class="findings">
          {known.findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      {known.state !== "RUNNING" && <Figures facts={facts} />}
      <ol class="findings" lang="en">
        {known.steps.map((step, n) => (
          <li key={n}>
            {step.name}: {seconds(step.seconds)}
          </li>
        ))}
      </ol>
    </section>
  );
}
