import type { ControlEvent, ControlEventType } from "#stages/iceberg/control-topic.ts";

/** An event of the pipeline that a moment can wait for. */
export type Happening =
  /** What the sink's tasks and their coordinator say: `{ control: "data-written", table: "employees" }`. */
  | { readonly control: ControlMoment; readonly table?: string }
  /** So many rows in the topics or the tables, the initial snapshot's included; looked at every half second. */
  | { readonly rowsIn: "topics" | "lake"; readonly reach: number }
  /** A connector's state as Connect's REST interface tells it, or one of its tasks': `FAILED`. */
  | { readonly connector: "source" | "sink"; readonly state: string }
  /** A line of a server's log. */
  | { readonly log: string; readonly line: RegExp };

const controlTypes = {
  "start-commit": "START_COMMIT",
  "data-written": "DATA_WRITTEN",
  "data-complete": "DATA_COMPLETE",
  "commit-to-table": "COMMIT_TO_TABLE",
  "commit-complete": "COMMIT_COMPLETE",
} as const satisfies Record<string, ControlEventType>;
type ControlMoment = keyof typeof controlTypes;

/** Something that was seen. */
export type Seen =
  | { readonly kind: "control"; readonly event: ControlEvent }
  | { readonly kind: "rows"; readonly stage: "topics" | "lake"; readonly rows: number }
  | { readonly kind: "connector"; readonly end: "source" | "sink"; readonly states: readonly string[] }
  | { readonly kind: "log"; readonly server: string; readonly line: string };

/** What is seen of a pipeline from its start on, for those who wait for the n-th of a kind. */
export interface Happenings {
  note(seen: Seen): void;
  /** How much has been seen: what comes from here on can be asked for. */
  mark(): number;
  /** Resolves when the n-th that fits has been seen, those since the mark counted; false when the signal came first. */
  reached(wanted: Wanted): Promise<boolean>;
  /** How often what has been seen: `DATA_WRITTEN 6, START_COMMIT 2`. */
  told(): string;
}

export interface Wanted {
  readonly happening: Happening;
  readonly nth: number;
  readonly since: number;
  readonly signal: AbortSignal;
}

export function makeHappenings(): Happenings {
  const all: Seen[] = [];
  const waiting = new Set<() => void>();
  return {
    note: (seen) => {
      all.push(seen);
      for (const look of waiting) look();
    },
    mark: () => all.length,
    reached: ({ happening, nth, since, signal }) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const look = () => {
        if (all.slice(since).filter((seen) => fits(happening, seen)).length >= nth) resolve(true);
      };
      const giveUp = () => resolve(false);
      waiting.add(look);
      signal.addEventListener("abort", giveUp);
      look();
      if (signal.aborted) giveUp();
      return promise.finally(() => {
        waiting.delete(look);
        signal.removeEventListener("abort", giveUp);
      });
    },
    told: () => {
      const kinds = Map.groupBy(all, nameOf);
      return [...kinds].map(([name, seen]) => `${name} ${seen.length}`).join(", ") || "nothing";
    },
  };
}

function fits(happening: Happening, seen: Seen): boolean {
  if ("control" in happening) {
    if (seen.kind !== "control" || seen.event.type !== controlTypes[happening.control]) return false;
    return happening.table === undefined || seen.event.table?.split(".").at(-1) === happening.table;
  }
  if ("rowsIn" in happening)
    return seen.kind === "rows" && seen.stage === happening.rowsIn && seen.rows >= happening.reach;
  if ("connector" in happening)
    return seen.kind === "connector" && seen.end === happening.connector && seen.states.includes(happening.state);
  return seen.kind === "log" && seen.server === happening.log && happening.line.test(seen.line);
}

function nameOf(seen: Seen): string {
  if (seen.kind === "control") return seen.event.type;
  if (seen.kind === "connector") return `${seen.end} ${seen.states.join("/")}`;
  return seen.kind === "rows" ? `rows in ${seen.stage}` : `lines of ${seen.server}`;
}

/** `on the 2nd data-written of employees`: for labels and errors. */
export function happeningText(happening: Happening, nth: number): string {
  const count = nth === 1 ? "the first" : `number ${nth} of`;
  if ("control" in happening)
    return `on ${count} ${happening.control}${happening.table === undefined ? "" : ` of ${happening.table}`}`;
  if ("rowsIn" in happening) return `on ${happening.reach} rows in the ${happening.rowsIn}`;
  if ("connector" in happening) return `on the ${happening.connector} being ${happening.state}`;
  return `on ${count} line ${String(happening.line)} of ${happening.log}`;
}
