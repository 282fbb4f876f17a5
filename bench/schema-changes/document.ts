import type { VersionSet } from "#core/versions.ts";
import type { Evolve, Timing } from "./capture.ts";
import type { TopicSeen } from "./look.ts";
import type { LakeOutcome, Outcome } from "./run-changes.ts";

/** A line of the docs: what was done, then what became of it, a cell for each column of its table. */
export interface Line {
  readonly ids: readonly string[];
  readonly title: string;
  readonly cells: readonly string[];
}

/** The two tables of docs/schema-changes.md. */
export function tablesOf(outcomes: readonly Outcome[]): { readonly streaming: string; readonly snapshot: string } {
  return {
    streaming: table(["the change", "topic", "lake, evolve on", "lake, evolve off"], streamingLines(outcomes)),
    snapshot: table(["the change", "made before the snapshot", "made while it reads"], snapshotLines(outcomes)),
  };
}

/** Lines of the changes that were made in the stream. */
export function streamingLines(outcomes: readonly Outcome[]): readonly Line[] {
  return joined(
    outcomes
      .filter(({ timing }) => timing === "streaming")
      .map((outcome) => ({
        ids: [outcome.change.id],
        title: outcome.change.title,
        cells: [topicCell(outcome), lakeCell(outcome, "on"), lakeCell(outcome, "off")],
      })),
  );
}

function snapshotLines(outcomes: readonly Outcome[]): readonly Line[] {
  const around = outcomes.filter(({ timing }) => timing !== "streaming");
  const byId = Map.groupBy(around, ({ change }) => change.id);
  return joined(
    [...byId].map(([id, found]) => ({
      ids: [id],
      title: found[0]?.change.title ?? "",
      cells: [snapshotCell(found, "before"), snapshotCell(found, "during")],
    })),
  );
}

/** Ways to do one thing that come to the same are one line. */
function joined(lines: readonly Line[]): readonly Line[] {
  const kept: Line[] = [];
  for (const line of lines) {
    const last = kept.at(-1);
    const same = last !== undefined && last.title === line.title && last.cells.join() === line.cells.join();
    if (same) kept.splice(-1, 1, { ...last, ids: [...last.ids, ...line.ids] });
    else kept.push(line);
  }
  return kept;
}

function table(columns: readonly string[], lines: readonly Line[]): string {
  const rows = [columns, columns.map(() => "---"), ...lines.map(rowOf)];
  return rows
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n")
    .replaceAll("| --- ", "|---")
    .replaceAll("--- |", "---|");
}

/** The first cell names the change, and each way in which it was made. */
export function rowOf({ title, ids, cells }: Line): readonly string[] {
  return [`${title}<br>${ids.map((id) => `\`${id}\``).join(" ")}`, ...cells].map((text) => text.replaceAll("|", "\\|"));
}

function topicCell({ topics, change, sourceFailed }: Outcome): string {
  const told = change.captured.map((table) => {
    const text = topicText(topics.before.get(table), topics.after.get(table));
    return change.captured.length > 1 ? `${table}: ${text}` : text;
  });
  return [...failure("source", sourceFailed), ...told].join("<br>");
}

function topicText(before: TopicSeen | undefined, after: TopicSeen | undefined): string {
  const more = after?.ops.slice(before?.ops.length ?? 0) ?? [];
  if (more.length === 0) return "no more records";
  const columns = changes(before?.schema?.row, after?.schema?.row);
  const key = changes(before?.schema?.key, after?.schema?.key).map((text) => `key: ${text}`);
  const told = before?.schema === undefined ? ["a new topic"] : [...columns, ...key];
  return `${told.length === 0 ? "columns as before" : told.join(", ")}; then ${more.join(" ")}`;
}

function lakeCell({ lakes, change }: Outcome, evolve: Evolve): string {
  const lake = lakes[evolve];
  const columns = change.captured.flatMap((table) => {
    const [before, after] = [lake.before.get(table), lake.after.get(table)];
    const prefix = change.captured.length > 1 ? `${table}: ` : "";
    if (before === undefined) return after === undefined ? [] : [`${prefix}a new table`];
    return changes(before, after).map((text) => `${prefix}${text}`);
  });
  const told = columns.length === 0 ? "columns as before" : columns.join(", ");
  return [...failure("sink", lake.sinkFailed), told, rowsText(lake)].join("<br>");
}

function snapshotCell(outcomes: readonly Outcome[], timing: Timing): string {
  const outcome = outcomes.find((each) => each.timing === timing);
  if (outcome === undefined) return "not run";
  const { lakes, sourceFailed } = outcome;
  if (sourceFailed !== undefined) return failure("source", sourceFailed).join();
  const of = (lake: LakeOutcome) => [...failure("sink", lake.sinkFailed), rowsText(lake)].join("<br>");
  const [on, off] = [of(lakes.on), of(lakes.off)];
  const told = on === off ? [on] : [`evolve on: ${on}`, `off: ${off}`];
  return told.join("<br>");
}

const failure = (who: string, cause: string | undefined) =>
  cause === undefined ? [] : [`**the ${who} fails**: ${cut(cause, 140)}`];

/** `+ tier int32`, `- note`, `amount int -> long`, and the order where it is another. */
export function changes(
  before: ReadonlyMap<string, string> = new Map(),
  after: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const kept = (from: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
    [...from.keys()].filter((name) => other.has(name));
  const moved = kept(before, after).join() !== kept(after, before).join();
  return [
    ...[...before].filter(([name]) => !after.has(name)).map(([name]) => `− ${name}`),
    ...[...after].filter(([name]) => !before.has(name)).map(([name, type]) => `+ ${name} ${type}`),
    ...[...after].flatMap(([name, type]) => {
      const old = before.get(name);
      return old === undefined || old === type ? [] : [`${name} ${old} → ${type}`];
    }),
    ...(moved ? [`order ${[...after.keys()].join(", ")}`] : []),
  ];
}

/** The rows that differ, up to three of them. */
export function rowsText({ rows, differences }: Pick<LakeOutcome, "rows" | "differences">): string {
  if (rows === 0) return "no rows on either side";
  if (differences.length === 0) return "rows agree";
  const more = differences.length > 3 ? `, and ${differences.length - 3} more` : "";
  const keys = new Set(differences.map((difference) => /#\S+/.exec(difference)?.[0])).size;
  return `**${keys} of ${rows} rows differ**: ${differences.slice(0, 3).join(", ")}${more}`;
}

function cut(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** The page, with prose that is written by hand above what was seen. */
export function page({
  outcomes,
  versions,
  prose,
}: {
  readonly outcomes: readonly Outcome[];
  readonly versions: VersionSet;
  readonly prose: string;
}): string {
  const { streaming, snapshot } = tablesOf(outcomes);
  return `# What becomes of a schema change

Made by running it (\`npm run docs:schema\`): MySQL ${versions.mysql}, Debezium ${versions.debezium}, Kafka ${versions.kafka}, Iceberg ${versions.iceberg}, with
connectors/mysql-source.json and connectors/iceberg-sink.json in the profile \`fast\`.

${prose}
## In the stream
${streaming}

## Around the snapshot
${snapshot}
`;
}
