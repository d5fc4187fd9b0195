import type { ChartDef } from "./chart";

export const MEMORY_USED =
  "max by (instance) (memory_usage_percent{$i} or 100 * (1 - node_memory_MemAvailable_bytes{$i} / node_memory_MemTotal_bytes{$i}))";

export const MEMORY: ChartDef[] = [
  {
    id: "memory_used",
    unit: "percent",
    top: 100,
    lines: [{ expr: MEMORY_USED, gauge: "memory_usage_percent{$i}", name: "used" }],
  },
  {
    id: "memory_parts",
    unit: "bytes",
    kind: "stack",
    lines: [
      {
        expr: "node_memory_MemTotal_bytes{$i} - node_memory_MemFree_bytes{$i} - node_memory_Buffers_bytes{$i} - node_memory_Cached_bytes{$i} - node_memory_SReclaimable_bytes{$i}",
        name: "programs",
      },
      { expr: "node_memory_Cached_bytes{$i} + node_memory_SReclaimable_bytes{$i}", name: "cache" },
      { expr: "node_memory_Buffers_bytes{$i}", name: "buffers" },
      { expr: "node_memory_MemFree_bytes{$i}", name: "free" },
    ],
  },
  {
    id: "swap",
    unit: "bytes",
    lines: [{ expr: "node_memory_SwapTotal_bytes{$i} - node_memory_SwapFree_bytes{$i}", name: "used" }],
  },
  {
    id: "swap_io",
    unit: "count/s",
    lines: [
      { expr: "rate(node_vmstat_pswpin{$i}[$r])", name: "swapped_in" },
      { expr: "rate(node_vmstat_pswpout{$i}[$r])", name: "swapped_out" },
    ],
  },
  {
    id: "faults",
    unit: "count/s",
    lines: [{ expr: "rate(node_vmstat_pgmajfault{$i}[$r])", name: "major_faults" }],
  },
  {
    id: "dirty",
    unit: "bytes",
    lines: [
      { expr: "node_memory_Dirty_bytes{$i}", name: "dirty" },
      { expr: "node_memory_Writeback_bytes{$i}", name: "writeback" },
    ],
  },
  {
    id: "kernel_memory",
    unit: "bytes",
    lines: [
      { expr: "node_memory_Slab_bytes{$i}", name: "slab" },
      { expr: "node_memory_PageTables_bytes{$i}", name: "page_tables" },
      { expr: "node_memory_KernelStack_bytes{$i}", name: "kernel_stack" },
    ],
  },
];
