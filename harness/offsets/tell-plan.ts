import type { Move, Plan } from "./plan-file.ts";
import { partitionName } from "./positions.ts";

/** A plan as lines: what moves, what stays and why, what comes twice, what never. */
export function planLines(plan: Plan): string[] {
  const rows = plan.twice.reduce((sum, each) => sum + each.rows, 0);
  return [
    `to ${plan.target}: ${plan.connector} moves`,
    ...plan.moves.map((move) => `  moves  ${moveText(move)}`),
    ...plan.stays.map(({ position, because }) => `  stays  ${position}: ${because}`),
    ...plan.twice.map(
      ({ table, topic, records, rows }) =>
        `  twice  ${table}: ${records} records ${plan.end === "source" ? "come again in" : "are read again from"} ${topic}, ${rows} rows will stand twice`,
    ),
    ...plan.never.map(({ table, records }) => `  never  ${table}: ${records} changes are passed over`),
    `  ${rows} rows twice, ${plan.never.reduce((sum, each) => sum + each.records, 0)} changes never`,
    ...plan.notes.map((note) => `  note   ${note}`),
  ];
}

function moveText(move: Move): string {
  if (move.kind === "group") return `${move.group} on ${partitionName(move)}: ${move.from} -> ${move.to}`;
  return `the offset of ${move.connector}: ${JSON.stringify(move.from)} -> ${JSON.stringify(move.to)}`;
}
