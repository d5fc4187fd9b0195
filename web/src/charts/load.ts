import type { ChartDef } from "./chart";

export const LOAD: ChartDef[] = [
  {
    id: "load",
    unit: "plain",
    lines: [
      { expr: "node_load1{$i}", name: "minute1" },
      { expr: "node_load5{$i}", name: "minute5" },
      { expr: "node_load15{$i}", name: "minute15" },
    ],
  },
  {
    id: "running",
    unit: "count",
    lines: [
      { expr: "node_procs_running{$i}", name: "running" },
      { expr: "node_procs_blocked{$i}", name: "blocked" },
    ],
  },
  { id: "forks", unit: "count/s", lines: [{ expr: "rate(node_forks_total{$i}[$r])", name: "started" }] },
  {
    id: "files",
    unit: "count",
    lines: [{ expr: "node_filefd_allocated{$i}", name: "open_files" }],
  },
  {
    id: "clock",
    unit: "seconds",
    floating: true,
    lines: [{ expr: "node_timex_offset_seconds{$i}", name: "offset" }],
  },
];

export const PROCESSES: ChartDef[] = [
  {
    id: "process_cpu",
    unit: "percent",
    slow: true,
    lines: [{ expr: "100 * rate(node_process_cpu_seconds_total{$i}[$r])", by: ["name"] }],
  },
  {
    id: "process_memory",
    unit: "bytes",
    slow: true,
    lines: [{ expr: "node_process_resident_memory_bytes{$i}", by: ["name"] }],
  },
  {
    id: "process_states",
    unit: "count",
    slow: true,
    lines: [{ expr: "node_processes_state{$i} > 0", by: ["state"] }],
  },
  {
    id: "threads",
    unit: "count",
    slow: true,
    lines: [
      { expr: "node_processes_pids{$i}", name: "processes" },
      { expr: "node_processes_threads{$i}", name: "threads" },
    ],
  },
];

export const CONTAINERS: ChartDef[] = [
  {
    id: "container_cpu",
    unit: "percent",
    slow: true,
    lines: [{ expr: '100 * rate(container_cpu_usage_seconds_total{$i,id!="/"}[$r])', by: ["name", "id"] }],
  },
  {
    id: "container_memory",
    unit: "bytes",
    slow: true,
    lines: [{ expr: 'container_memory_working_set_bytes{$i,id!="/"}', by: ["name", "id"] }],
  },
];

export const HARDWARE: ChartDef[] = [
  {
    id: "temperature",
    unit: "celsius",
    floating: true,
    slow: true,
    lines: [
      { expr: "node_hwmon_temp_celsius{$i}", by: ["chip", "sensor"] },
      { expr: "node_thermal_zone_temp{$i}", by: ["type", "zone"] },
    ],
  },
  {
    id: "frequency",
    unit: "hertz",
    slow: true,
    lines: [{ expr: "node_cpu_scaling_frequency_hertz{$i} or node_cpu_frequency_hertz{$i}", by: ["cpu"] }],
  },
  {
    id: "power",
    unit: "watts",
    slow: true,
    lines: [
      { expr: 'rate({$i,__name__=~"node_rapl_.+_joules_total"}[$r])', by: ["path", "index"] },
      { expr: "node_hwmon_power_watt{$i} or node_hwmon_power_average_watt{$i}", by: ["chip", "sensor"] },
    ],
  },
  { id: "fans", unit: "rpm", slow: true, lines: [{ expr: "node_hwmon_fan_rpm{$i}", by: ["chip", "sensor"] }] },
  { id: "units", unit: "count", slow: true, lines: [{ expr: 'node_systemd_units{$i,state="failed"}', by: ["state"] }] },
];
