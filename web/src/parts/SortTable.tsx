// A table that its reader sorts.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWords } from "./Words";

export interface Column<Row> {
  id: string;
  title: string;
  number?: boolean;
  /** What rows are sorted by; without it the column is not sorted. */
  by?: (row: Row) => number | string | null;
  cell: (row: Row) => ComponentChildren;
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  /** The column sorted by at first; without it rows stay as they come. */
  first?: string;
  most?: number;
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(a: number | string | null, b: number | string | null): number {
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  const number = (v: number | string | null) =>
    typeof v === "number" && !Number.isNaN(v) ? v : Number.NEGATIVE_INFINITY;
  const x = number(a);
  const y = number(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function SortTable<Row>({ caption, columns, rows, keyOf, first, most = 100 }: Props<Row>) {
  const { t } = useWords();
  const [sort, setSort] = useState<{ id: string; down: boolean } | null>(first ? { id: first, down: true } : null);
  const column = columns.find(({ id }) => id === sort?.id);
  const by = column?.by;
  const sorted = by ? [...rows].sort((a, b) => compare(by(a), by(b)) * (sort?.down ? -1 : 1)) : rows;
  const press = ({ id, number }: Column<Row>) => setSort({ id, down: sort?.id === id ? !sort.down : Boolean(number) });
  return (
    <div class="table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th
                key={one.id}
                scope="col"
                class={one.number ? "number" : ""}
                aria-sort={sort?.id === one.id ? (sort.down ? "descending" : "ascending") : undefined}
              >
                {one.by ? (
                  <button type="button" title={t("sort_by", one.title)} onClick={() => press(one)}>
                    {one.title}
                    <span aria-hidden="true">{sort?.id === one.id ? (sort.down ? " ↓" : " ↑") : ""}</span>
                  </button>
                ) : (
                  one.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((one) => (
                <td key={one.id} class={one.number ? "number" : ""}>
                  {one.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > most && <p class="legend-note">{t("rows_left_out", sorted.length - most)}</p>}
    </div>
  );
}
