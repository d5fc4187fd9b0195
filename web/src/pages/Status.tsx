// How Oreum itself is: store, collectors, queries, level.
import { STORE } from "../charts/store";
import type { TextId } from "../i18n/en";
import { getJson, queryInstant, queryTogether } from "../lib/api";
import { dateTime } from "../lib/time";
import { format, seconds } from "../lib/units";
import { ChartView } from "../parts/ChartView";
import { useAsked, useNow } from "../parts/hooks";
import { SortTable } from "../parts/SortTable";
import { Figures } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";

const EVERY = 3;

const LEVELS: Record<number, TextId> = { 1: "level_1", 2: "level_2" };

/** "30d or 2000000000B" with a size that a person can read. */
const readable = (retention: string) => retention.replace(/\b(\d+)B\b/, (_, n) => format(Number(n), "bytes"));

interface Health {
  status: "ok" | "degraded" | "failing";
  version: string;
  instance: string;
  started: string;
  level: { number: number; name: string; store: string };
  components: Record<string, { status: string; reasons: string[] }>;
}
interface Target {
  labels: Record<string, string>;
  scrapePool: string;
  lastError: string;
  lastScrape: string;
  lastScrapeDuration: number;
  health: string;
}
interface Query {
  id: number;
  query: string;
  client: string;
  seconds: number;
}

/** A health that fails is answered with 503, and its body is what matters. */
async function health(signal: AbortSignal): Promise<Health> {
  const response = await fetch("api/v1/health", { signal });
  return (await response.json()) as Health;
}

const FIGURES = {
  size: "max(oreum_store_disk_bytes)",
  samples: "max(oreum_store_samples)",
  series: "max(oreum_store_series)",
  ingest: "max(rate(oreum_store_appended_samples_total[1m]))",
  growth: "max(86400 * deriv(oreum_store_disk_bytes[1h]))",
};

async function figures(signal: AbortSignal): Promise<Record<keyof typeof FIGURES, number | null>> {
  const found = Object.entries(await queryTogether(FIGURES, undefined, signal));
  return Object.fromEntries(found.map(([name, samples]) => [name, samples[0]?.value ?? null])) as Record<
    keyof typeof FIGURES,
    number | null
  >;
}

export function Status() {
  const { t } = useWords();
  const { zone, lang } = useAppState();
  const about = useAsked(health, [], EVERY);
  const numbers = useAsked(figures, [], EVERY).value;
  const runtime = useAsked(
    (signal) => getJson<{ data: { storageRetention: string } }>("api/v1/status/runtimeinfo", signal),
    [],
    30,
  ).value;
  const value = about.value;
  const perSample = numbers?.size && numbers.samples ? numbers.size / numbers.samples : null;
  const known = LEVELS[value?.level.number ?? 0];
  const level = known ? t(known) : value ? `${value.level.number} ${value.level.name}: ${value.level.store}` : "–";
  const facts: [string, string][] = [
    [t("level"), level],
    [t("version"), value?.version ?? "–"],
    [t("since"), value ? dateTime(Date.parse(value.started) / 1000, { name: zone, lang }) : "–"],
    [t("size"), format(numbers?.size, "bytes")],
    [t("growth"), numbers?.growth === null || !numbers ? "–" : t("per_day", format(numbers.growth, "bytes"))],
    [t("retention"), readable(runtime?.data.storageRetention ?? "–")],
    [t("samples"), format(numbers?.samples, "count")],
    [t("per_sample"), format(perSample, "plain")],
    [t("series_now"), format(numbers?.series, "count")],
    [t("ingest"), format(numbers?.ingest, "count/s")],
  ];
  return (
    <>
      {about.error && <p class="error">{t("says", about.error)}</p>}
      <Figures facts={facts} />
      {value && <HealthTable health={value} />}
      <section class="section">
        <h2>{t("store")}</h2>
        <div class="charts">
          {STORE.map((def) => (
            <ChartView key={def.id} def={def} instance="" interval={15} />
          ))}
        </div>
      </section>
      <Queries />
      <Collectors />
    </>
  );
}

const CONDITION: Record<string, string> = { ok: "ok", degraded: "warn", failing: "bad" };
const PARTS = {
  store: "component_store",
  collectors: "component_collectors",
  disk: "component_disk",
  backups: "component_backups",
  migration: "component_migration",
} as const;

function HealthTable({ health: { components } }: { health: Health }) {
  const { t } = useWords();
  const words: Record<string, string> = { ok: t("state_ok"), degraded: t("state_warn"), failing: t("state_bad") };
  const nameOf = (part: string) => (part in PARTS ? t(PARTS[part as keyof typeof PARTS]) : part);
  return (
    <section class="section">
      <h2>{t("health")}</h2>
      <div class="card">
        <SortTable
          caption={t("health")}
          rows={Object.entries(components)}
          keyOf={([name]) => name}
          columns={[
            { id: "part", title: t("component"), cell: ([name]) => nameOf(name) },
            {
              id: "state",
              title: t("state"),
              cell: ([, { status }]) => (
                <span class={`badge ${CONDITION[status] ?? "away"}`}>{words[status] ?? status}</span>
              ),
            },
            { id: "why", title: t("reasons"), cell: ([, { reasons }]) => reasons.join("; ") || "–" },
          ]}
        />
      </div>
    </section>
  );
}

function Queries() {
  const { t } = useWords();
  const { value } = useAsked(
    (signal) => getJson<{ data: { queries: Query[] } }>("api/v1/status/queries", signal),
    [],
    EVERY,
  );
  const rows = value?.data.queries ?? [];
  return (
    <section class="section">
      <h2>{t("queries")}</h2>
      <div class="card">
        {rows.length === 0 ? (
          <p>{t("no_queries")}</p>
        ) : (
          <SortTable<Query>
            caption={t("queries")}
            rows={rows}
            keyOf={(row) => String(row.id)}
            columns={[
              { id: "query", title: t("query"), cell: (row) => <code>{row.query}</code> },
              { id: "client", title: t("client"), cell: (row) => row.client },
              {
                id: "for",
                title: t("running_for"),
                number: true,
                by: (row) => row.seconds,
                cell: (row) => seconds(row.seconds),
              },
            ]}
          />
        )}
      </div>
    </section>
  );
}

function Collectors() {
  const { t } = useWords();
  const now = useNow(EVERY);
  const { zone, lang } = useAppState();
  const targets = useAsked(
    (signal) => getJson<{ data: { activeTargets: Target[] } }>("api/v1/targets", signal),
    [],
    EVERY,
  ).value;
  const failures =
    useAsked((signal) => queryInstant("oreum_collect_failures_total", undefined, signal), [], EVERY).value ?? [];
  const all = targets?.data.activeTargets ?? [];
  const failed = new Map(failures.map(({ metric, value }) => [metric.collector ?? "", value]));
  const nameOf = ({ labels }: Target) => labels.collector ?? labels.instance ?? "";
  const collects = all.filter((one) => one.scrapePool === "collect");
  // Most collectors without success are for hardware that is not here; one that ever failed is a fault.
  const idle = collects.filter((one) => one.health !== "up" && !failed.has(nameOf(one)));
  const active = all.filter((one) => !idle.includes(one));
  return (
    <section class="section">
      <h2>{t("collectors")}</h2>
      <div class="card" data-table="collectors">
        <SortTable<Target>
          caption={t("collectors")}
          rows={active}
          keyOf={(row) => `${row.scrapePool}\n${nameOf(row)}`}
          first="took"
          columns={[
            { id: "name", title: t("collector"), by: nameOf, cell: nameOf },
            {
              id: "state",
              title: t("state"),
              by: (row) => row.health,
              cell: (row) => (
                <span class={`badge ${row.health === "up" ? "ok" : "bad"}`}>
                  {row.health === "up" ? t("state_ok") : t("state_bad")}
                </span>
              ),
            },
            {
              id: "took",
              title: t("took"),
              number: true,
              by: (row) => row.lastScrapeDuration,
              cell: (row) => seconds(row.lastScrapeDuration),
            },
            {
              id: "failures",
              title: t("failures"),
              number: true,
              by: (row) => failed.get(nameOf(row)) ?? 0,
              cell: (row) => format(failed.get(nameOf(row)) ?? 0, "count"),
            },
            {
              id: "last",
              title: t("last_run"),
              by: (row) => row.lastScrape,
              cell: (row) => {
                const at = Date.parse(row.lastScrape) / 1000;
                return now - at < 20 ? t("now") : dateTime(at, { name: zone, lang });
              },
            },
            { id: "error", title: t("last_error"), cell: (row) => row.lastError || "–" },
          ]}
        />
        {idle.length > 0 && (
          <p class="legend-note">
            {t("idle_collectors", idle.length)}: {idle.map(nameOf).join(", ")}
          </p>
        )}
      </div>
    </section>
  );
}
