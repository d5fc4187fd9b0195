// One machine, section by section.
import type { SectionDef } from "../charts/chart";
import { SECTIONS } from "../charts/table";
import { instances, queryInstant, queryTogether } from "../lib/api";
import { quoted } from "../lib/promql";
import { duration, format } from "../lib/units";
import { ChartView } from "../parts/ChartView";
import { useAsked, useNow } from "../parts/hooks";
import { Guard } from "../parts/small";
import { useWords } from "../parts/Words";
import { update, useAppState } from "../state";
import { Glance } from "./Glance";
import { ContainerTable, FilesystemTable, ProcessTable } from "./MachineTables";

/** Seconds between samples of a machine, seen from what it sent in the last minutes. */
export function useInterval(instance: string): number | null {
  const { value, error } = useAsked(
    async (signal) => {
      if (!instance) return null;
      const samples = `node_load1{instance=${quoted(instance)}}[2m]`;
      const between = `max((ts_of_last_over_time(${samples}) - ts_of_first_over_time(${samples})) / (count_over_time(${samples}) - 1))`;
      const seconds = (await queryInstant(between, undefined, signal))[0]?.value ?? 1;
      // One sample alone says nothing yet.
      return Number.isFinite(seconds) ? Math.max(1, Math.round(seconds)) : 1;
    },
    [instance],
  );
  // Charts need not wait for a server in trouble: they say so themselves.
  return value ?? (error && instance ? 1 : null);
}

export function Machine() {
  const { instance } = useAppState();
  return (
    <>
      <Head instance={instance} />
      {/* Anew for each: what is known of one machine must never be shown as another's. */}
      <Sections key={instance} instance={instance} />
    </>
  );
}

function Sections({ instance }: { instance: string }) {
  const { t } = useWords();
  const interval = useInterval(instance);
  if (interval === null) return null;
  return (
    <>
      <Glance instance={instance} interval={interval} />
      <nav class="jump" aria-label={t("sections")}>
        {SECTIONS.map(({ id }) => (
          <button type="button" key={id} onClick={() => document.getElementById(`section-${id}`)?.scrollIntoView()}>
            {t(`section_${id}`)}
          </button>
        ))}
      </nav>
      {SECTIONS.map((section) => (
        <Section key={section.id} section={section} instance={instance} interval={interval} />
      ))}
    </>
  );
}

interface SectionProps {
  section: SectionDef;
  instance: string;
  interval: number;
}

function Section({ section, instance, interval }: SectionProps) {
  const { t } = useWords();
  return (
    <section id={`section-${section.id}`} aria-labelledby={`title-${section.id}`} class="section">
      <h2 id={`title-${section.id}`}>{t(`section_${section.id}`)}</h2>
      <Guard>
        {section.id === "filesystems" && <FilesystemTable instance={instance} />}
        {section.id === "processes" && <ProcessTable instance={instance} />}
        {section.id === "containers" && <ContainerTable instance={instance} />}
        <div class="charts">
          {section.charts.map((def) => (
            <ChartView key={def.id} def={def} instance={instance} interval={interval} />
          ))}
        </div>
      </Guard>
    </section>
  );
}

interface Facts {
  os: string;
  kernel: string;
  cores: number;
  memory: number;
  boot: number;
}

async function facts(instance: string, signal: AbortSignal): Promise<Facts> {
  const i = `{instance=${quoted(instance)}}`;
  const { os, uname, cores, memory, boot } = await queryTogether(
    {
      os: `node_os_info${i}`,
      uname: `node_uname_info${i}`,
      cores: `count(count by (cpu) (node_cpu_seconds_total${i}))`,
      memory: `node_memory_MemTotal_bytes${i}`,
      boot: `node_boot_time_seconds${i}`,
    },
    undefined,
    signal,
  );
  return {
    os: os[0]?.metric.pretty_name ?? "",
    kernel: uname[0]?.metric.release ?? "",
    cores: cores[0]?.value ?? 0,
    memory: memory[0]?.value ?? 0,
    boot: boot[0]?.value ?? 0,
  };
}

function Head({ instance }: { instance: string }) {
  const { t } = useWords();
  const machines = useAsked(() => instances(), [], 30).value ?? [];
  const names = machines.some((one) => one.instance === instance) ? machines : [...machines, { instance }];
  return (
    <div class="head">
      <label>
        <span class="hidden">{t("machine")}</span>
        <select
          class="title"
          value={instance}
          onChange={(event) => update({ instance: event.currentTarget.value }, true)}
        >
          {names.map((one) => (
            <option key={one.instance} value={one.instance}>
              {one.instance}
            </option>
          ))}
        </select>
      </label>
      <About key={instance} instance={instance} />
    </div>
  );
}

function About({ instance }: { instance: string }) {
  const { t } = useWords();
  const now = useNow(30);
  const { value } = useAsked((signal) => facts(instance, signal), []);
  if (!value) return null;
  const words = [
    value.os,
    value.kernel,
    value.cores > 0 && (value.cores === 1 ? t("one_core") : t("cores", value.cores)),
    value.memory > 0 && format(value.memory, "bytes"),
    value.boot > 0 && t("up_for", duration(Math.max(0, now - value.boot))),
  ];
  return <p>{words.filter(Boolean).join(" · ")}</p>;
}
