// A chart is an entry of a table: what it asks, in which unit, how it is drawn. Its title and sentence are messages.
import type { ChartId, LineId } from "../i18n/en";
import type { Unit } from "../lib/units";

export interface LineDef {
  /** PromQL; $i stands for the machine, $r for the window of rate(). */
  expr: string;
  /** A plain selector of a gauge that says the same, where there is one: bands are then exact. */
  gauge?: string;
  /** The line's name; where series differ by labels, these come before it. */
  name?: LineId;
  by?: string[];
}

export interface ChartDef {
  id: ChartId;
  unit: Unit;
  lines: LineDef[];
  kind?: "lines" | "stack" | "heat";
  /** Fixed end of the axis. */
  top?: number;
  /** The axis need not begin at zero. */
  floating?: boolean;
  /** Samples come every 5 or 10 s. */
  slow?: boolean;
}

export interface SectionDef {
  id:
    | "cpu"
    | "memory"
    | "pressure"
    | "disks"
    | "filesystems"
    | "network"
    | "load"
    | "processes"
    | "containers"
    | "hardware";
  charts: ChartDef[];
}

// Layers over other devices would count their traffic twice.
export const DISKS = 'device!~"dm-.*|md.*|loop.*|ram.*|zram.*|sr.*|nbd.*"';
export const NICS = 'device!~"lo|veth.*|docker.*|br-.*|virbr.*|cni.*|flannel.*|cali.*|tun.*|tap.*|ifb.*"';
export const MOUNTS = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|erofs"';
