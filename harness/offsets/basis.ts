import { usageError } from "#core/errors.ts";
import type { Plan } from "./plan-file.ts";
import { needed, offsetText, type Positions, partitionName } from "./positions.ts";

/**
 * The positions that a plan was worked out from, as text by name. What moves all the time without meaning anything for it
 * is left out: MySQL's end, the control topic's, times.
 */
export function basisOf(
  positions: Positions,
  { end, moves }: Pick<Plan, "end" | "moves">,
): Readonly<Record<string, string>> {
  const { data } = needed("the sink's groups", positions.sink);
  if (end === "source") {
    const source = needed("the source's offset", positions.source);
    const ends = data.map((each): [string, string] => [`the end of ${partitionName(each)}`, String(each.end)]);
    return Object.fromEntries([["the source's offset", offsetText(source)], ...ends]);
  }
  const moved = new Set(moves.flatMap((move) => (move.kind === "group" ? [partitionName(move)] : [])));
  const read = data
    .filter((each) => moved.has(partitionName(each)))
    .map((each): [string, string] => [
      `the sink's data group on ${partitionName(each)}`,
      String(each.read ?? each.begin),
    ]);
  return Object.fromEntries([...read, ...snapshotsOf(positions, data, moved)]);
}

/** Rows that a table has lost or got by other hands change what will stand twice in it. */
function snapshotsOf(
  positions: Positions,
  data: readonly { readonly topic: string; readonly partition: number }[],
  moved: ReadonlySet<string>,
): [string, string][] {
  if (!("value" in positions.tables)) return [];
  const topics = data.filter((each) => moved.has(partitionName(each))).map(({ topic }) => topic);
  return positions.tables.value
    .filter(({ table }) => topics.some((topic) => topic.endsWith(`.${table}`)))
    .map(({ table, snapshotId }) => [`the snapshot of ${table}`, snapshotId ?? "none"]);
}

/** Throws `PLAN_OUT_OF_DATE`, naming what has moved since the plan was made. */
export function refuseOutOfDate(plan: Plan, positions: Positions): void {
  const now = basisOf(positions, plan);
  const moved = Object.entries(plan.basis).filter(([name, value]) => now[name] !== value);
  const [first] = moved;
  if (first === undefined) return;
  const [name, value] = first;
  throw usageError({
    code: "PLAN_OUT_OF_DATE",
    what: `the pipeline has moved on since this plan was made: ${moved.map(([each]) => each).join(", ")}`,
    expected: `${name} at ${value}`,
    got: now[name] ?? "nothing",
    remedy: "make a new plan; with --stop it stays true until it is applied",
  });
}
