// The tables of a machine's page, at the end of the time shown.
import { useState } from "preact/hooks";
import { MOUNTS } from "../charts/chart";
import { FS_USED } from "../charts/disks";
import { type Labels, queryTogether } from "../lib/api";
import { fill } from "../lib/promql";
import { duration, format } from "../lib/units";
import { useAsked } from "../parts/hooks";
import { type Column, SortTable } from "../parts/SortTable";
import { Bar } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";

type Row = { labels: Labels; values: Record<string, number | null> };

const YEAR = 31_536_000;
const EVERY = 5;

/** Joins instant queries into rows by some of their labels. $i is the machine. */
async function rowsOf(
  queries: Record<string, string>,
  by: string[],
  instance: string,
  time: number | null,
  signal: AbortSignal,
): Promise<Row[]> {
  const filled = Object.entries(queries).map(([name, query]) => [name, fill(query, instance, 0)]);
  const found = await queryTogether<string>(Object.fromEntries(filled), time ?? undefined, signal);
  const rows = new Map<string, Row>();
  for (const [name, samples] of Object.entries(found)) {
    for (const { metric, value } of samples) {
      const key = by.map((label) => metric[label] ?? "").join("\n");
      const row = rows.get(key) ?? { labels: metric, values: {} };
      row.values[name] = value;
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

/** Seconds until what falls at this slope is used up; null when it does not fall. */
export function secondsUntilEmpty(left: number | null | undefined, slope: number | null | undefined): number | null {
  if (left === null || left === undefined || slope === null || slope === undefined || !(slope < 0)) return null;
  const until = Math.max(0, left) / -slope;
  return until < YEAR ? until : null;
}

const value = (name: string) => (row: Row) => row.values[name] ?? null;
const numberColumn = (id: string, title: string, unit: Parameters<typeof format>[1]): Column<Row> => ({
  id,
  title,
  number: true,
  by: value(id),
  cell: (row) => format(row.values[id], unit),
});

const PREDICTED = 3600;
const FILESYSTEM = {
  used: FS_USED,
  size: `max by (mountpoint) (node_filesystem_size_bytes{$i,${MOUNTS}})`,
  free: `max by (mountpoint) (node_filesystem_avail_bytes{$i,${MOUNTS}})`,
  soon: `max by (mountpoint) (predict_linear(node_filesystem_avail_bytes{$i,${MOUNTS}}[6h], ${PREDICTED}))`,
  line: `max by (mountpoint) (predict_linear(node_filesystem_avail_bytes{$i,${MOUNTS}}[6h], 0))`,
};

function fullIn({ values }: Row): number | null {
  const { soon, line } = values;
  if (soon === null || soon === undefined || line === null || line === undefined) return null;
  return secondsUntilEmpty(line, (soon - line) / PREDICTED);
}

export function FilesystemTable({ instance }: { instance: string }) {
  const { end } = useAppState();
  const { t } = useWords();
  const { value: rows } = useAsked(
    (signal) => rowsOf(FILESYSTEM, ["mountpoint"], instance, end, signal),
    [instance, end],
    10,
  );
  if (!rows || rows.length === 0) return null;
  const columns: Column<Row>[] = [
    {
      id: "mount",
      title: t("fs_mount"),
      by: (row) => row.labels.mountpoint ?? "",
      cell: (row) => row.labels.mountpoint ?? "",
    },
    {
      id: "used",
      title: t("fs_full"),
      by: value("used"),
      cell: (row) => <Bar percent={row.values.used ?? null} text={format(row.values.used, "percent")} />,
    },
    numberColumn("size", t("fs_size"), "bytes"),
    numberColumn("free", t("fs_free"), "bytes"),
    {
      id: "full",
      title: t("fs_full_in"),
      by: (row) => -(fullIn(row) ?? Number.POSITIVE_INFINITY),
      cell: (row) => {
        const left = fullIn(row);
        return left === null ? (
          t("fs_not")
        ) : (
          <span class={left < 86_400 ? "badge bad" : left < 7 * 86_400 ? "badge warn" : ""}>{duration(left)}</span>
        );
      },
    },
  ];
  return (
    <div class="card" data-table="filesystems">
      <SortTable
        caption={t("fs_table")}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.labels.mountpoint ?? ""}
        first="used"
      />
    </div>
  );
}

interface LiveTableProps {
  id: string;
  caption: string;
  queries: Record<string, string>;
  by: string[];
  columns: Column<Row>[];
  first: string;
  instance: string;
}

/** A table that moves until its reader freezes it. */
function LiveTable({ id, caption, queries, by, columns, first, instance }: LiveTableProps) {
  const { end } = useAppState();
  const { t } = useWords();
  const [frozen, setFrozen] = useState<Row[] | null>(null);
  const { value: live } = useAsked((signal) => rowsOf(queries, by, instance, end, signal), [instance, end], EVERY);
  const rows = frozen ?? live;
  if (!rows || rows.length === 0) return null;
  return (
    <div class="card" data-table={id}>
      <div class="row">
        <h3>{caption}</h3>
        <button type="button" aria-pressed={frozen !== null} onClick={() => setFrozen(frozen ? null : live)}>
          {frozen ? t("frozen") : t("freeze")}
        </button>
      </div>
      <SortTable
        caption={caption}
        columns={columns}
        rows={rows}
        keyOf={(row) => by.map((label) => row.labels[label]).join("\n")}
        first={first}
        most={50}
      />
    </div>
  );
}

export function ProcessTable({ instance }: { instance: string }) {
  const { t, title } = useWords();
  return (
    <LiveTable
      id="processes"
      caption={t("ps_table")}
      instance={instance}
      by={["name"]}
      first="cpu"
      queries={{
        cpu: "100 * rate(node_process_cpu_seconds_total{$i}[40s])",
        memory: "node_process_resident_memory_bytes{$i}",
        count: "node_process_count{$i}",
      }}
      columns={[
        { id: "name", title: t("ps_name"), by: (row) => row.labels.name ?? "", cell: (row) => row.labels.name ?? "" },
        numberColumn("cpu", title("cpu_used"), "percent"),
        numberColumn("memory", t("memory_column"), "bytes"),
        numberColumn("count", t("ps_count"), "count"),
      ]}
    />
  );
}

export function ContainerTable({ instance }: { instance: string }) {
  const { t, title } = useWords();
  const nameOf = ({ labels }: Row) => labels.name || labels.id || "";
  return (
    <LiveTable
      id="containers"
      caption={t("ct_table")}
      instance={instance}
      by={["id"]}
      first="cpu"
      queries={{
        cpu: '100 * rate(container_cpu_usage_seconds_total{$i,id!="/"}[40s])',
        memory: 'container_memory_working_set_bytes{$i,id!="/"}',
        count: 'container_processes{$i,id!="/"}',
      }}
      columns={[
        { id: "name", title: t("ps_name"), by: nameOf, cell: nameOf },
        numberColumn("cpu", title("cpu_used"), "percent"),
        numberColumn("memory", t("memory_column"), "bytes"),
        numberColumn("count", t("section_processes"), "count"),
      ]}
    />
  );
}
