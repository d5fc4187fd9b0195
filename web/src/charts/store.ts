// What Oreum says about itself, for the status page. These series are of the server, whichever machine is chosen.
import type { ChartDef } from "./chart";

export const STORE: ChartDef[] = [
  {
    id: "store_size",
    unit: "bytes",
    slow: true,
    lines: [{ expr: "oreum_store_disk_bytes", name: "used", by: ["instance"] }],
  },
  {
    id: "store_ingest",
    unit: "count/s",
    slow: true,
    lines: [{ expr: "rate(oreum_store_appended_samples_total[$r])", name: "written", by: ["instance"] }],
  },
  { id: "store_series", unit: "count", slow: true, lines: [{ expr: "oreum_store_series", by: ["instance"] }] },
  {
    id: "store_queries",
    unit: "count/s",
    slow: true,
    lines: [{ expr: "sum by (outcome) (rate(oreum_query_duration_seconds_count[$r]))", by: ["outcome"] }],
  },
];
