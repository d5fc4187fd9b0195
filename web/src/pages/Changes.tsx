// Mark a span; what moved most against the span before it comes ranked.
import { CPU } from "../charts/cpu";
import { DISK } from "../charts/disks";
import { NETWORK } from "../charts/network";
import { type Change, courseOf, exprOf, findChanges } from "../lib/changes";
import { clockTime, type Frame } from "../lib/time";
import { duration, format, type Unit } from "../lib/units";
import { ChartView } from "../parts/ChartView";
import { useAsked } from "../parts/hooks";
import { SortTable } from "../parts/SortTable";
import { Spark } from "../parts/small";
import { useWords } from "../parts/Words";
import { linkTo, updateExtra, useAppState } from "../state";
import { seriesText } from "./Explore";
import { useInterval } from "./Machine";

const CHARTS = [CPU[0], DISK[0], NETWORK[0]].filter((def) => def !== undefined);

/** The span marked, from the address; null when none is. */
function markOf(extra: Record<string, string>): Frame | null {
  const from = Date.parse(extra.from ?? "") / 1000;
  const to = Date.parse(extra.to ?? "") / 1000;
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null;
}

export function Changes() {
  const s = useAppState();
  const { t } = useWords();
  const interval = useInterval(s.instance);
  const mark = markOf(s.extra);
  const zone = { name: s.zone, lang: s.lang };
  const onMark = ({ from, to }: Frame) =>
    updateExtra({ from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() });
  return (
    <>
      <p class="summary spaced">{t("changes_intro")}</p>
      <div class="charts">
        {interval !== null &&
          CHARTS.map((def) => (
            <ChartView
              key={`${def.id} ${s.instance}`}
              def={def}
              instance={s.instance}
              interval={interval}
              height={140}
              onMark={onMark}
            />
          ))}
      </div>
      {mark && (
        <div class="card">
          <h2>
            {t("changes_marked", clockTime(mark.from, zone), clockTime(mark.to, zone), duration(mark.to - mark.from))}
          </h2>
          <Findings key={`${s.instance} ${mark.from} ${mark.to}`} instance={s.instance} mark={mark} />
        </div>
      )}
    </>
  );
}

function ratio({ before, within }: Change): string {
  if (before === null || within === null || before === 0) return "";
  const change = within / before;
  if (change < 0) return "";
  return change >= 2 || change <= 0.5
    ? `× ${format(change, "plain")}`
    : `${change >= 1 ? "+" : "−"}${format(Math.abs(change - 1) * 100, "percent")}`;
}

function Findings({ instance, mark }: { instance: string; mark: Frame }) {
  const { t } = useWords();
  const { value, error } = useAsked((signal) => findChanges(instance, mark, signal), [], 0, true);
  if (!value && error) return <p class="error">{t("says", error)}</p>;
  if (!value) return <p>{t("changes_searching")}</p>;
  if (value.changes.length === 0) return <p>{t("changes_none")}</p>;
  return (
    <>
      <p class="summary">{t("changes_found", value.changes.length, value.all)}</p>
      <SortTable<Change>
        caption={t("changes")}
        rows={value.changes}
        keyOf={({ labels }) => seriesText(labels)}
        columns={[
          {
            id: "series",
            title: t("series"),
            cell: (row) => <SeriesLink change={row} instance={instance} />,
          },
          { id: "course", title: t("changes_course"), cell: (row) => <Course change={row} mark={mark} /> },
          {
            id: "before",
            title: t("changes_before"),
            number: true,
            by: (row) => row.before,
            cell: (row) => valueText(row.before, row),
          },
          {
            id: "within",
            title: t("changes_within"),
            number: true,
            by: (row) => row.within,
            cell: (row) => valueText(row.within, row),
          },
          {
            id: "change",
            title: t("changes_change"),
            number: true,
            by: (row) => row.score,
            cell: (row) => ratio(row) || (row.before ? "" : t("changes_new")),
          },
        ]}
      />
    </>
  );
}

/** Metrics say in their names what they count. */
function unitOf(name: string, counter: boolean): Unit {
  if (/_bytes(_total)?$/.test(name)) return counter ? "bytes/s" : "bytes";
  if (counter) return "count/s";
  if (name.endsWith("_percent")) return "percent";
  return name.endsWith("_seconds") ? "seconds" : "count";
}

const valueText = (value: number | null, { labels, counter }: Change) =>
  format(value, unitOf(labels.__name__ ?? "", counter));

function SeriesLink({ change, instance }: { change: Change; instance: string }) {
  const { job, instance: _, ...labels } = change.labels;
  const text = seriesText(change.labels.instance === instance ? labels : { ...labels, ...(job && { job }) });
  return <a href={linkTo({ page: "explore", extra: { q: exprOf(change, 60) } })}>{text}</a>;
}

function Course({ change, mark }: { change: Change; mark: Frame }) {
  const { t } = useWords();
  const { value } = useAsked((signal) => courseOf(change, mark, signal), []);
  return <Spark values={value ?? []} label={t("changes_course")} mark={0.5} />;
}
