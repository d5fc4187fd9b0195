// What a machine does, in a line; each figure leads to its section.
import { DISKS, NICS, type SectionDef } from "../charts/chart";
import { CPU_USED } from "../charts/cpu";
import { FS_USED } from "../charts/disks";
import { MEMORY_USED } from "../charts/memory";
import { queryTogether } from "../lib/api";
import { fill } from "../lib/promql";
import { format, type Unit } from "../lib/units";
import { useAsked } from "../parts/hooks";
import { Meter } from "../parts/small";
import { useWords } from "../parts/Words";
import { useAppState } from "../state";

const EVERY = 2;
const LEAST_WINDOW = 5; // seconds of rate()
const rate = (metric: string, devices: string) => `sum(rate(${metric}{$i,${devices}}[$r]))`;
const QUERIES = {
  cpu: CPU_USED,
  memory: MEMORY_USED,
  disk: `max(${FS_USED})`,
  load: 'max(node_load1{$i}) / count(count by (cpu) (node_cpu_seconds_total{$i,mode="idle"}))',
  received: rate("node_network_receive_bytes_total", NICS),
  sent: rate("node_network_transmit_bytes_total", NICS),
  read: rate("node_disk_read_bytes_total", DISKS),
  written: rate("node_disk_written_bytes_total", DISKS),
};
type Name = keyof typeof QUERIES;

async function ask(instance: string, interval: number, end: number | null, signal: AbortSignal) {
  const window = Math.max(LEAST_WINDOW, 4 * interval);
  const filled = Object.entries(QUERIES).map(([name, expr]) => [name, fill(expr, instance, window)]);
  const found = await queryTogether<Name>(Object.fromEntries(filled), end ?? undefined, signal);
  return (name: Name) => found[name][0]?.value ?? null;
}

export function Glance({ instance, interval }: { instance: string; interval: number }) {
  const { end } = useAppState();
  const { t, line, title } = useWords();
  const { value } = useAsked((signal) => ask(instance, interval, end, signal), [end, interval], EVERY);
  const of = (name: Name) => value?.(name) ?? null;
  const pair = (a: Name & ("received" | "read"), b: Name & ("sent" | "written"), unit: Unit) => (
    <>
      <span>{format(of(a), unit)}</span> <small>{line(a)}</small>
      <br />
      <span>{format(of(b), unit)}</span> <small>{line(b)}</small>
    </>
  );
  const share = (name: Name) => (
    <>
      <strong>{format(of(name), "percent")}</strong>
      <Meter percent={of(name)} />
    </>
  );
  return (
    <ul class="glance">
      <Item name={t("cpu_column")} section="cpu" body={share("cpu")} />
      <Item name={t("memory_column")} section="memory" body={share("memory")} />
      <Item name={t("disk_column")} section="filesystems" body={share("disk")} />
      <Item name={t("load_column")} section="load" body={<strong>{format(of("load"), "plain")}</strong>} />
      <Item name={title("net_bytes")} section="network" body={pair("received", "sent", "bytes/s")} />
      <Item name={title("disk_bytes")} section="disks" body={pair("read", "written", "bytes/s")} />
    </ul>
  );
}

interface ItemProps {
  name: string;
  section: SectionDef["id"];
  body: preact.ComponentChildren;
}

function Item({ name, section, body }: ItemProps) {
  return (
    <li>
      <button
        type="button"
        class="card"
        onClick={() => document.getElementById(`section-${section}`)?.scrollIntoView()}
      >
        <span class="what">{name}</span>
        <span>{body}</span>
      </button>
    </li>
  );
}
