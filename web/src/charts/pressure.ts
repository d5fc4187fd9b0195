import type { ChartDef, LineDef } from "./chart";

const share = (what: string, name: LineDef["name"]): LineDef => ({
  expr: `100 * rate(node_pressure_${what}_seconds_total{$i}[$r])`,
  ...(name && { name }),
});

export const PRESSURE: ChartDef[] = [
  { id: "pressure_cpu", unit: "percent", lines: [share("cpu_waiting", "some")] },
  { id: "pressure_memory", unit: "percent", lines: [share("memory_waiting", "some"), share("memory_stalled", "all")] },
  { id: "pressure_io", unit: "percent", lines: [share("io_waiting", "some"), share("io_stalled", "all")] },
];
