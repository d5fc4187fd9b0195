// Ask anything in PromQL. The expression is in the address.
import { useEffect, useState } from "preact/hooks";
import { type InstantSample, type Labels, queryInstant } from "../lib/api";
import type { Line } from "../lib/grid";
import { quoted } from "../lib/promql";
import { format } from "../lib/units";
import { RangePlot } from "../parts/ChartView";
import { Editor } from "../parts/Editor";
import { useAsked } from "../parts/hooks";
import { SortTable } from "../parts/SortTable";
import { useWords } from "../parts/Words";
import { updateExtra, useAppState } from "../state";

const examples = (instance: string) => [
  `rate(node_disk_written_bytes_total{instance=${quoted(instance)}}[1m])`,
  `topk(5, rate(node_process_cpu_seconds_total{instance=${quoted(instance)}}[1m]))`,
  `predict_linear(node_filesystem_avail_bytes{instance=${quoted(instance)}}[1h], 86400)`,
];

/** As Prometheus writes a series. */
export function seriesText({ __name__ = "", ...labels }: Labels): string {
  const inner = Object.entries(labels)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(", ");
  return __name__ + (inner ? `{${inner}}` : "") || "{}";
}

export function Explore() {
  const s = useAppState();
  const { t } = useWords();
  const asked = s.extra.q ?? "";
  const tab = s.extra.tab === "table" ? "table" : "graph";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const run = (q: string) => updateExtra({ q: q.trim() });
  return (
    <div class="card">
      <Editor value={text} onChange={setText} onRun={run} />
      <div class="tabs">
        <button type="button" class="primary" onClick={() => run(text)}>
          {t("run")}
        </button>
        {(["graph", "table"] as const).map((one) => (
          <button type="button" key={one} aria-pressed={tab === one} onClick={() => updateExtra({ tab: one })}>
            {t(one)}
          </button>
        ))}
      </div>
      {!asked && <Examples instance={s.instance} />}
      {asked && tab === "graph" && <Graph key={asked} expr={asked} />}
      {asked && tab === "table" && <Answer key={asked} expr={asked} />}
    </div>
  );
}

function Examples({ instance }: { instance: string }) {
  const { t } = useWords();
  return (
    <>
      <p>{t("examples")}</p>
      {examples(instance).map((expr) => (
        <p key={expr}>
          <button type="button" onClick={() => updateExtra({ q: expr })}>
            <code>{expr}</code>
          </button>
        </p>
      ))}
    </>
  );
}

function Graph({ expr }: { expr: string }) {
  const { t } = useWords();
  const [count, setCount] = useState<number | null>(null);
  return (
    <>
      <RangePlot
        label={t("graph")}
        raw
        asked={[{ expr }]}
        instance=""
        interval={1}
        unit="plain"
        kind="lines"
        floating
        height={360}
        nameOf={(line: Line) => seriesText(line.labels)}
        onGrid={(grid) => setCount(grid.lines.length)}
      />
      {count !== null && <p class="legend-note">{count === 0 ? t("empty_answer") : t("series_count", count)}</p>}
    </>
  );
}

function Answer({ expr }: { expr: string }) {
  const s = useAppState();
  const { t } = useWords();
  const { value, error } = useAsked((signal) => queryInstant(expr, s.end ?? undefined, signal), [expr, s.end], 5, true);
  if (!value) return <p class={error ? "error" : ""}>{error ? t("says", error) : t("loading")}</p>;
  if (value.length === 0 && !error) return <p>{t("empty_answer")}</p>;
  return (
    <>
      {error && (
        <p class="error" role="alert">
          {t("says", error)}
        </p>
      )}
      <Values rows={value} />
    </>
  );
}

function Values({ rows }: { rows: InstantSample[] }) {
  const { t } = useWords();
  return (
    <SortTable<InstantSample>
      caption={t("table")}
      rows={rows}
      keyOf={(row) => seriesText(row.metric)}
      most={500}
      columns={[
        {
          id: "series",
          title: t("series"),
          by: (row) => seriesText(row.metric),
          cell: (row) => <code>{seriesText(row.metric)}</code>,
        },
        {
          id: "value",
          title: t("value"),
          number: true,
          by: (row) => row.value,
          cell: (row) => <span title={String(row.value)}>{format(row.value, "plain")}</span>,
        },
      ]}
    />
  );
}
