// All charts of a machine, in the order of the page.
import type { ChartDef, SectionDef } from "./chart";
import { CPU } from "./cpu";
import { DISK, FILESYSTEM } from "./disks";
import { CONTAINERS, HARDWARE, LOAD, PROCESSES } from "./load";
import { MEMORY } from "./memory";
import { NETWORK } from "./network";
import { PRESSURE } from "./pressure";

export const SECTIONS: SectionDef[] = [
  { id: "cpu", charts: CPU },
  { id: "memory", charts: MEMORY },
  { id: "pressure", charts: PRESSURE },
  { id: "disks", charts: DISK },
  { id: "filesystems", charts: FILESYSTEM },
  { id: "network", charts: NETWORK },
  { id: "load", charts: LOAD },
  { id: "processes", charts: PROCESSES },
  { id: "containers", charts: CONTAINERS },
  { id: "hardware", charts: HARDWARE },
];

const byId = new Map(SECTIONS.flatMap((section) => section.charts).map((chart) => [chart.id, chart]));

export function chart(id: ChartDef["id"]): ChartDef {
  const found = byId.get(id);
  if (!found) throw new Error(`there is no chart ${id}`);
  return found;
}
