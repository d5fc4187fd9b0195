// One row a machine, the most troubled first.
import { FS_USED_ANYWHERE } from "../charts/disks";
import { type InstantSample, instances, queryRange, queryTogether, type Series } from "../lib/api";
import { toGrid } from "../lib/grid";
import { conditionOf, reasons, score, type Vitals } from "../lib/trouble";
import { duration, format } from "../lib/units";
import { useAsked, useNow } from "../parts/hooks";
import { type Column, SortTable } from "../parts/SortTable";
import { Bar, Spark } from "../parts/small";
import { useWords } from "../parts/Words";
import { frameOf, linkTo, useAppState } from "../state";

const IDLE = 'avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[1m]))';
const VITALS = {
  cpu: `max by (instance) (cpu_usage_percent or 100 * (1 - ${IDLE}))`,
  memory:
    "max by (instance) (memory_usage_percent or 100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes))",
  swap: "max by (instance) (swap_usage_percent)",
  disk: `max by (instance) (${FS_USED_ANYWHERE})`,
  load: 'max by (instance) (node_load1) / count by (instance) (node_cpu_seconds_total{mode="idle"})',
};
type VitalName = keyof typeof VITALS;
const SPARK_POINTS = 60;
const EVERY = 3;

interface Row {
  instance: string;
  local: boolean;
  vitals: Vitals;
  spark: (number | null)[];
}

async function vitals(time: number | undefined, signal: AbortSignal): Promise<Record<VitalName, Map<string, number>>> {
  const found = await queryTogether(VITALS, time, signal);
  const byInstance = (samples: InstantSample[]) =>
    new Map(samples.map(({ metric, value }) => [metric.instance ?? "", value]));
  const entries = Object.entries(found).map(([name, samples]) => [name, byInstance(samples)]);
  return Object.fromEntries(entries) as Record<VitalName, Map<string, number>>;
}

function sparks(series: Series[], from: number, to: number, step: number): Map<string, (number | null)[]> {
  return new Map(toGrid(series, from, to, step).lines.map((line) => [line.labels.instance ?? "", line.avg]));
}

export function Overview() {
  const s = useAppState();
  const { t } = useWords();
  const now = useNow(EVERY);
  const frame = frameOf(s, now);
  const machines = useAsked(() => instances(), [], EVERY);
  const present = useAsked((signal) => vitals(s.end ?? undefined, signal), [s.end], EVERY);
  const step = Math.max(1, Math.ceil(s.span / SPARK_POINTS));
  const to = Math.floor(frame.to / step) * step;
  const from = to - SPARK_POINTS * step;
  const past = useAsked(
    async (signal) => {
      const query = `max by (instance) (avg_over_time(cpu_usage_percent[${step}s]) or 100 * (1 - ${IDLE}))`;
      return sparks(await queryRange(query, from, to, step, 25 + step, signal), from, to, step);
    },
    [to, step],
  );
  if (!machines.value) return <p>{t("starting")}</p>;

  const rows: Row[] = machines.value.map(({ instance, local, last_sample }) => {
    const of = (name: VitalName) => present.value?.[name].get(instance) ?? null;
    const silent = s.end === null ? Math.max(0, now - Date.parse(last_sample) / 1000) : 0;
    const numbers = {
      cpu: of("cpu"),
      memory: of("memory"),
      swap: of("swap"),
      disk: of("disk"),
      load: of("load"),
      silent,
    };
    return { instance, local, vitals: numbers, spark: past.value?.get(instance) ?? [] };
  });
  rows.sort((a, b) => score(b.vitals, reasons(b.vitals)) - score(a.vitals, reasons(a.vitals)));
  const troubled = rows.filter((row) => conditionOf(reasons(row.vitals)) !== "ok").length;
  return (
    <>
      <p class="summary">{t("summary", rows.length, troubled)}</p>
      {rows.length === 0 ? (
        <p>{t("no_machines")}</p>
      ) : (
        <div class="card">
          <SortTable
            caption={t("machines")}
            columns={useColumns()}
            rows={rows}
            keyOf={(row) => row.instance}
            most={2000}
          />
        </div>
      )}
    </>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useWords();
  const words = { ok: t("state_ok"), warn: t("state_warn"), bad: t("state_bad"), away: t("state_away") };
  const percentColumn = (id: "memory" | "disk", title: string): Column<Row> => ({
    id,
    title,
    by: (row) => row.vitals[id],
    cell: (row) => <Bar percent={row.vitals[id]} text={format(row.vitals[id], "percent")} />,
  });
  return [
    {
      id: "state",
      title: t("state"),
      by: (row) => score(row.vitals, reasons(row.vitals)),
      cell: (row) => {
        const condition = conditionOf(reasons(row.vitals));
        return <span class={`badge ${condition}`}>{words[condition]}</span>;
      },
    },
    {
      id: "name",
      title: t("name"),
      by: (row) => row.instance,
      cell: (row) => (
        <>
          <a class="strong" href={linkTo({ page: "machine", instance: row.instance })}>
            {row.instance}
          </a>
          {row.local && <small> {t("this_machine")}</small>}
        </>
      ),
    },
    {
      id: "cpu",
      title: t("cpu_column"),
      by: (row) => row.vitals.cpu,
      cell: (row) => (
        <span class="with-spark">
          <Spark values={row.spark} top={100} label={t("sparkline")} />
          <span>{format(row.vitals.cpu, "percent")}</span>
        </span>
      ),
    },
    percentColumn("memory", t("memory_column")),
    percentColumn("disk", t("disk_column")),
    {
      id: "load",
      title: t("load_column"),
      number: true,
      by: (row) => row.vitals.load,
      cell: (row) => format(row.vitals.load, "plain"),
    },
    {
      id: "seen",
      title: t("seen_column"),
      by: (row) => row.vitals.silent,
      cell: (row) => (
        <span class="whole">{row.vitals.silent < 20 ? t("now") : t("ago", duration(row.vitals.silent))}</span>
      ),
    },
    {
      id: "why",
      title: t("trouble_column"),
      cell: (row) =>
        reasons(row.vitals)
          .map(({ text, value }) =>
            t(text, text === "why_away" ? duration(value) : format(value, text === "why_load" ? "plain" : "percent")),
          )
          .join(", "),
    },
  ];
}
