import type { RunVerdict } from "#core/verdict.ts";
import { type Aligned, align } from "./align.ts";
import type { Behaviour, Figures, SeenRow, SeenTable } from "./behaviour.ts";

/** One difference in behaviour, as a line of the table that a preview prints. */
export interface Difference {
  readonly what: "pipeline" | "delivery" | "columns" | "rows" | "values" | "records" | "figures";
  /** Empty for the whole pipeline. */
  readonly table: string;
  /** What differs: a column, an operation's kind, a class of anomaly, a figure. */
  readonly name: string;
  readonly old: string;
  readonly new: string;
  /** One example, where it is about rows. */
  readonly example?: string;
}

/** One side of a comparison. Without a behaviour, its pipeline did not come as far as that. */
export interface Side {
  readonly behaviour: Behaviour | undefined;
  readonly verdict: Pick<RunVerdict, "verdict" | "checks" | "error"> | undefined;
  /** Why it could not be tried, or was refused by Connect. */
  readonly refused: readonly string[];
}

/** How much figures may differ that differ from run to run by themselves: told with every comparison. */
export const bands =
  "snapshots, files, time to visible and throughput differ by themselves: told from a factor of 5 on, and for at least 10 snapshots or files or 2,000 ms";

/** What is different: nothing at all, when the list is empty. Rows and columns are compared exactly. */
export function compare(old: Side, fresh: Side, isVolatile: (column: string) => boolean): Difference[] {
  const [before, after] = [old.behaviour, fresh.behaviour];
  // Of one that was not judged, nothing is known to be right.
  if (before === undefined || after === undefined) return outcome(old, fresh);
  const tables = [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])].toSorted();
  return [
    ...outcome(old, fresh),
    ...delivery(old, fresh),
    ...records(before, after),
    ...tables.flatMap((table) =>
      tableDifferences(table, { old: before.tables[table], new: after.tables[table], isVolatile }),
    ),
    ...figures(before.figures, after.figures),
  ];
}

function outcome(old: Side, fresh: Side): Difference[] {
  const [before, after] = [outcomeText(old), outcomeText(fresh)];
  return before === after ? [] : [{ what: "pipeline", table: "", name: "verdict", old: before, new: after }];
}

function outcomeText({ verdict, refused }: Side): string {
  if (refused.length > 0) return refused.join("; ");
  const error = verdict?.error?.[0];
  return [verdict?.verdict ?? "not run", ...(error === undefined ? [] : [error])].join(": ");
}

/** What the oracle found: rows lost, coming twice, changed, by table and class. */
function delivery(old: Side, fresh: Side): Difference[] {
  const [before, after] = [anomalies(old), anomalies(fresh)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was?.count === is?.count) return [];
    const [table = "", kind = ""] = name.split("\u0000");
    const example = (is ?? was)?.evidence;
    return [
      {
        what: "delivery",
        table,
        name: kind,
        old: String(was?.count ?? 0),
        new: String(is?.count ?? 0),
        ...(example === undefined ? {} : { example }),
      },
    ];
  });
}

interface Found {
  readonly count: number;
  readonly evidence: string;
}

/** Two checks see the same loss: of each class, the greater of their counts is that of both. */
function anomalies({ verdict }: Side): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const check of verdict?.checks ?? []) {
    for (const [name, own] of Map.groupBy(check.anomalies, (each) => `${each.table}\u0000${each.class}`)) {
      const count = own.reduce((sum, each) => sum + each.count, 0);
      const evidence = own[0]?.evidence.slice(0, 3).join(" ").replaceAll(/\s+/g, " ") ?? "";
      if (count > (found.get(name)?.count ?? 0)) found.set(name, { count, evidence });
    }
  }
  return found;
}

function records(old: Behaviour, fresh: Behaviour): Difference[] {
  const tables = [...new Set([...Object.keys(old.records), ...Object.keys(fresh.records)])].toSorted();
  return tables.flatMap((table) => {
    const [before, after] = [old.records[table] ?? {}, fresh.records[table] ?? {}];
    const kinds = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return kinds
      .filter((kind) => before[kind] !== after[kind])
      .map(
        (kind): Difference => ({
          what: "records",
          table,
          name: `${kind} in the topic`,
          old: String(before[kind] ?? 0),
          new: String(after[kind] ?? 0),
        }),
      );
  });
}

interface TablePair {
  readonly old: SeenTable | undefined;
  readonly new: SeenTable | undefined;
  readonly isVolatile: (column: string) => boolean;
}

function tableDifferences(table: string, { old, new: fresh, isVolatile }: TablePair): Difference[] {
  if (old === undefined || fresh === undefined) {
    const text = (side: SeenTable | undefined) => (side === undefined ? "no such table" : `${side.rows.length} rows`);
    return [{ what: "rows", table, name: "table", old: text(old), new: text(fresh) }];
  }
  const shared = Object.keys(old.columns).filter((column) => column in fresh.columns && !isVolatile(column));
  const aligned = align(
    { old: old.rows, new: fresh.rows },
    (left, right) => differing(left, right, shared).length === 0,
  );
  return [...columns(table, old, fresh), ...surplus(table, aligned), ...values(table, aligned, shared)];
}

function columns(table: string, old: SeenTable, fresh: SeenTable): Difference[] {
  const all = [...new Set([...Object.keys(old.columns), ...Object.keys(fresh.columns)])];
  return all
    .filter((column) => old.columns[column] !== fresh.columns[column])
    .map((column) => ({
      what: "columns",
      table,
      name: column,
      old: old.columns[column] ?? "none",
      new: fresh.columns[column] ?? "none",
    }));
}

/** Rows that one run alone has, by what they tell. */
function surplus(table: string, aligned: readonly Aligned[]): Difference[] {
  const alone = aligned.filter(({ old, new: fresh }) => old === undefined || fresh === undefined);
  return [...Map.groupBy(alone, (each) => kindText(each.old ?? each.new))].map(([name, found]) => {
    const [first] = found;
    const row = first?.old ?? first?.new;
    const side = first?.old === undefined ? "only NEW" : "only OLD";
    const count = (end: "old" | "new") => String(found.filter((each) => each[end] !== undefined).length);
    return { what: "rows", table, name, old: count("old"), new: count("new"), example: `${side}: ${rowName(row)}` };
  });
}

function values(table: string, aligned: readonly Aligned[], shared: readonly string[]): Difference[] {
  const changed = aligned.flatMap((each) =>
    each.old === undefined || each.new === undefined
      ? []
      : differing(each.old, each.new, shared).map((column) => ({ column, old: each.old, fresh: each.new })),
  );
  return [...Map.groupBy(changed, ({ column }) => column)].map(([name, found]) => {
    const [first] = found;
    const [was, is] = [valueOf(first?.old, name), valueOf(first?.fresh, name)];
    const rows = `${found.length} of ${aligned.length} rows`;
    return { what: "values", table, name, old: was, new: is, example: `${rows}, the first: ${rowName(first?.old)}` };
  });
}

const kindColumn = "kind of change";

function differing(old: SeenRow, fresh: SeenRow, shared: readonly string[]): string[] {
  const found = shared.filter((column) => old.values[column] !== fresh.values[column]);
  // A shape that does not tell inserts from updates differs in its columns, which is told there.
  const comparable = old.kind !== "upsert" && fresh.kind !== "upsert" && old.kind !== fresh.kind;
  return comparable ? [...found, kindColumn] : found;
}

function valueOf(row: SeenRow | undefined, column: string): string {
  return column === kindColumn ? (row?.kind ?? "") : (row?.values[column] ?? "NULL");
}

function kindText(row: SeenRow | undefined): string {
  if (row?.of !== undefined && "snapshot" in row.of) return "rows of the snapshot, in one alone";
  return row?.kind === "upsert" ? "rows in one alone" : `${row?.kind ?? "row"}s in one alone`;
}

function rowName(row: SeenRow | undefined): string {
  if (row === undefined) return "";
  const told =
    row.of === undefined ? row.kind : "snapshot" in row.of ? "snapshot" : `operation ${row.of.operation}, ${row.kind}`;
  return `${told} of ${row.key || "a row without key"}`;
}

function figures(old: Figures, fresh: Figures): Difference[] {
  return [
    ...beyond("snapshots", old.snapshots, fresh.snapshots, 10),
    ...beyond("live files", old.files, fresh.files, 10),
    ...beyond("ms to visible (median)", old.visibleMs, fresh.visibleMs, 2_000),
    ...beyond("operations a second", old.operationsPerSecond, fresh.operationsPerSecond, 0),
  ];
}

const factor = 5;

function beyond(name: string, old: number | undefined, fresh: number | undefined, least: number): Difference[] {
  // Where only one side can be measured, its columns say why.
  if (old === undefined || fresh === undefined) return [];
  const far = Math.max(old, fresh) > factor * Math.min(old, fresh) && Math.abs(old - fresh) >= least;
  return far ? [{ what: "figures", table: "", name, old: figureText(old), new: figureText(fresh) }] : [];
}

export function figureText(figure: number | undefined): string {
  return figure === undefined ? "not known" : Math.round(figure).toLocaleString("en");
}
