import type { ChartDef } from "./chart";

// A pushed machine may have node_exporter's counters only.
export const CPU_USED =
  'max by (instance) (cpu_usage_percent{$i} or 100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{$i,mode="idle"}[$r]))))';

export const CPU: ChartDef[] = [
  {
    id: "cpu_used",
    unit: "percent",
    top: 100,
    lines: [{ expr: CPU_USED, gauge: "cpu_usage_percent{$i}", name: "used" }],
  },
  {
    id: "cpu_modes",
    unit: "percent",
    kind: "stack",
    top: 100,
    lines: [
      {
        expr: '100 * sum by (mode) (rate(node_cpu_seconds_total{$i,mode!="idle"}[$r])) / scalar(count(count by (cpu) (node_cpu_seconds_total{$i,mode="idle"})))',
        by: ["mode"],
      },
    ],
  },
  {
    id: "cpu_cores",
    unit: "percent",
    kind: "heat",
    top: 100,
    lines: [
      {
        expr: '100 * (1 - sum by (cpu) (rate(node_cpu_seconds_total{$i,mode=~"idle|iowait"}[$r])))',
        by: ["cpu"],
      },
    ],
  },
  {
    id: "cpu_switches",
    unit: "count/s",
    lines: [
      { expr: "rate(node_context_switches_total{$i}[$r])", name: "switches" },
      { expr: "rate(node_intr_total{$i}[$r])", name: "interrupts" },
    ],
  },
];
