// How Oreum itself is: store, collectors, queries, level.
import { STORE } from "../charts/store";
import type { TextId } from "../i18n/en";
import { getJson, queryInstant, queryTogether, ServerError } from "../lib/api";
import { quoted } from "../lib/promql";
import { dateTime, parseSpan } from "../lib/time";
import { duration, format, seconds } from "../lib/units";
import { ChartView } from "../parts/ChartView";
import { useAsked, useNow } from "../parts/hooks";
import { SortTable } from "../parts/SortTable";
import { type Fact, Figures } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";

const EVERY = 3;

const LEVELS: Record<number, TextId> = { 1: "level_1", 2: "level_2" };

/** "30d or 2000000000B" as a person reads it; the limit that is reached first holds. */
function readable(retention: string, or: string): string {
  const limits = retention.split(" or ").map((limit) => {
    const bytes = /^(\d+)B$/.exec(limit)?.[1];
    const span = parseSpan(limit);
    return bytes ? format(Number(bytes), "bytes") : span ? duration(span) : limit;
  });
  return limits.join(` ${or} `);
}

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
  const found = await getJson<Health>("api/v1/health", signal, 503);
  if (!found.components) throw new ServerError("HTTP 503", 503);
  return found;
}

/** Of this server: others may send what they say of themselves here, too. */
function figuresOf(instance: string) {
  const i = `{instance=${quoted(instance)}}`;
  return {
    size: `max(oreum_store_disk_bytes${i})`,
    samples: `max(oreum_store_samples${i})`,
    series: `max(oreum_store_series${i})`,
    ingest: `max(rate(oreum_store_appended_samples_total${i}[1m]))`,
    // A few minutes say nothing of a day.
    growth: `max(86400 * deriv(oreum_store_disk_bytes${i}[1h]) and count_over_time(oreum_store_disk_bytes${i}[1h]) > 60)`,
  };
}
type Figure = keyof ReturnType<typeof figuresOf>;

async function figures(instance: string, signal: AbortSignal): Promise<Record<Figure, number | null> | null> {
  if (!instance) return null;
  const found = Object.entries(await queryTogether(figuresOf(instance), undefined, signal));
  return Object.fromEntries(found.map(([name, samples]) => [name, samples[0]?.value ?? null])) as Record<
    Figure,
    number | null
  >;
}

export function Status() {
  const { t } = useWords();
  const { zone, lang } = useAppState();
  const value = useAsked(health, [], EVERY).value;
  const numbers = useAsked((signal) => figures(value?.instance ?? "", signal), [value?.instance], EVERY).value;
  const runtime = useAsked(
    (signal) => getJson<{ data: { storageRetention: string } }>("api/v1/status/runtimeinfo", signal),
    [],
    30,
  ).value;
  const perSample = numbers?.size && numbers.samples ? numbers.size / numbers.samples : null;
  const known = LEVELS[value?.level.number ?? 0];
  const level = known ? t(known) : value ? `${value.level.number} ${value.level.name}: ${value.level.store}` : "–";
  const facts: Fact[] = [
    [t("level"), level],
    [t("version"), value?.version ?? "–"],
    [t("since"), value ? dateTime(Date.parse(value.started) / 1000, { name: zone, lang }) : "–"],
    [t("size"), format(numbers?.size, "bytes"), numbers?.size],
    [
      t("growth"),
      numbers?.growth === null || !numbers ? "–" : t("per_day", format(numbers.growth, "bytes")),
      numbers?.growth,
    ],
    [t("retention"), runtime ? readable(runtime.data.storageRetention, t("or")) || t("unlimited") : "–"],
    [t("samples"), format(numbers?.samples, "count"), numbers?.samples],
    [t("per_sample"), format(perSample, "plain"), perSample],
    [t("series_now"), format(numbers?.series, "count"), numbers?.series],
    [t("ingest"), format(numbers?.ingest, "count/s"), numbers?.ingest],
  ];
  return (
    <>
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
