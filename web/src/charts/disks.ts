import { type ChartDef, DISKS, MOUNTS } from "./chart";

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

const fs = (what: string, more: string) => `node_filesystem_${what}_bytes{${more}${MOUNTS}}`;
const used = (gauge: string, more: string) =>
  `max by (instance, mountpoint) (disk_usage_percent${gauge} or on (instance, mountpoint) 100 * (1 - ${fs("avail", more)} / (${fs("size", more)} - ${fs("free", more)} + ${fs("avail", more)})))`;
/** As df says it: what is kept for root counts as neither used nor free. */
export const FS_USED = used("{$i}", "$i,");
/** The same of all machines. */
export const FS_USED_ANYWHERE = used("", "");

export const FILESYSTEM: ChartDef[] = [
  {
    id: "fs_used",
    unit: "percent",
    top: 100,
    slow: true,
    lines: [
      {
        expr: FS_USED,
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
