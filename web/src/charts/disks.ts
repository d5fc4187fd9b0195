import { type ChartDef, DISKS } from "./chart";

const counter = (name: string) => `rate(node_disk_${name}{$i,${DISKS}}[$r])`;
const by = ["device"];

export const DISK: ChartDef[] = [
  {
    id: "disk_bytes",
    unit: "bytes/s",
    lines: [
      { expr: counter("read_bytes_total"), by, name: "read" },
      { expr: counter("written_bytes_total"), by, name: "written" },
    ],
  },
  {
    id: "disk_iops",
    unit: "count/s",
    lines: [
      { expr: counter("reads_completed_total"), by, name: "read" },
      { expr: counter("writes_completed_total"), by, name: "written" },
    ],
  },
  {
    id: "disk_latency",
    unit: "seconds",
    lines: [
      { expr: `${counter("read_time_seconds_total")} / (${counter("reads_completed_total")} > 0)`, by, name: "read" },
      {
        expr: `${counter("write_time_seconds_total")} / (${counter("writes_completed_total")} > 0)`,
        by,
        name: "written",
      },
    ],
  },
  {
    id: "disk_busy",
    unit: "percent",
    top: 100,
    lines: [{ expr: `clamp_max(100 * ${counter("io_time_seconds_total")}, 100)`, by }],
  },
  { id: "disk_queue", unit: "plain", lines: [{ expr: counter("io_time_weighted_seconds_total"), by }] },
];

export const FILESYSTEM: ChartDef[] = [
  {
    id: "fs_used",
    unit: "percent",
    top: 100,
    slow: true,
    lines: [
      {
        expr: "max by (mountpoint) (disk_usage_percent{$i} or 100 * (1 - node_filesystem_avail_bytes{$i} / (node_filesystem_size_bytes{$i} - node_filesystem_free_bytes{$i} + node_filesystem_avail_bytes{$i})))",
        by: ["mountpoint"],
      },
    ],
  },
  {
    id: "fs_inodes",
    unit: "percent",
    top: 100,
    slow: true,
    lines: [
      {
        expr: "100 * max by (mountpoint) (1 - node_filesystem_files_free{$i} / (node_filesystem_files{$i} > 0))",
        by: ["mountpoint"],
      },
    ],
  },
];
