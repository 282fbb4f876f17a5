import { type PipelineSpec, pipelineNames, plainPipeline, topicOf } from "#core/pipeline-spec.ts";
import { freshRunId } from "#core/random.ts";
import type { Scope } from "#core/scope.ts";
import type { TableChange } from "#fixtures/schema-changes/change.ts";
import { openMysql } from "#pipeline";
import type { MysqlClient } from "#stages/mysql/client.ts";
import type { Bare } from "./open-stack.ts";

/** When the tables change: in the stream, before the connector has begun, or while its snapshot reads. */
export type Timing = "streaming" | "before" | "during";

/** `evolve-schema-enabled` of the sink. */
export type Evolve = "on" | "off";
export const bothWays = ["on", "off"] as const satisfies readonly Evolve[];

/** Changes that share a source and two sinks, each change in a schema of its own. */
export interface Capture {
  readonly timing: Timing;
  readonly changes: readonly Place[];
  /** A table beside the others whose rows say how far the stream has come. */
  readonly marks: Place;
  readonly mysql: MysqlClient;
}

/** Where tables of one schema go: the topics, and the namespace of each sink. */
export interface Place {
  readonly change: TableChange;
  readonly source: PipelineSpec;
  readonly sinks: Readonly<Record<Evolve, PipelineSpec>>;
}

/** Makes the schemas and tables, and the rows from before the changes. */
export async function openCapture(
  { stack }: Bare,
  {
    scope,
    changes,
    timing,
  }: { readonly scope: Scope; readonly changes: readonly TableChange[]; readonly timing: Timing },
): Promise<Capture> {
  const runId = freshRunId();
  const names = pipelineNames({ source: "change", runId });
  const base: PipelineSpec = { ...plainPipeline, runId, profile: "fast", tables: [], names };
  const mysql = await scope.own("mysql", await openMysql(stack));
  const capture = {
    timing,
    mysql,
    marks: placeOf(base, { change: marksTable, suffix: "" }),
    changes: changes.map((change, at) => placeOf(base, { change, suffix: `_${at}` })),
  };
  for (const place of placesOf(capture)) {
    await mysql.execute(`CREATE DATABASE \`${place.source.names.database}\` CHARACTER SET utf8mb4`);
    await runIn(capture, place, [...place.change.tables, ...place.change.before]);
  }
  return capture;
}

/** All schemas of a capture, in the order in which a snapshot reads them: the marks last, or first where they hold it up. */
export function placesOf({ timing, marks, changes }: Omit<Capture, "mysql">): readonly Place[] {
  return timing === "during" ? [marks, ...changes] : [...changes, marks];
}

/** The topics of a schema's captured tables. */
export function topicsOf({ source }: Place): readonly string[] {
  return source.tables.map((table) => topicOf(source, table));
}

/** Runs statements in the schema of a change. */
export async function runIn(
  { mysql }: Pick<Capture, "mysql">,
  { source }: Place,
  statements: readonly string[],
): Promise<void> {
  for (const statement of [`USE \`${source.names.database}\``, ...statements]) await mysql.execute(statement);
}

const marksTable: TableChange = {
  id: "mark",
  title: "",
  tables: ["CREATE TABLE mark (id INT NOT NULL PRIMARY KEY)"],
  before: ["INSERT INTO mark VALUES (0)"],
  change: [],
  after: [],
  captured: ["mark"],
  identity: "id",
  ends: [],
};

/** Says in the stream that all before it has been written. */
export async function writeMark(capture: Capture, id: number): Promise<void> {
  await runIn(capture, capture.marks, [`INSERT INTO mark VALUES (${id})`]);
}

/** The second sink reads the same topics, and has namespaces, a control topic and groups of its own. */
function placeOf(
  base: PipelineSpec,
  { change, suffix }: { readonly change: TableChange; readonly suffix: string },
): Place {
  const database = `${base.names.database}${suffix}`;
  const source = { ...base, tables: change.captured, names: { ...base.names, database, namespace: database } };
  const sinkConnector = `${base.names.sinkConnector}${secondSink}`;
  const off = {
    namespace: `${database}${secondSink}`,
    sinkConnector,
    controlTopic: `${base.names.controlTopic}${secondSink}`,
    sinkGroup: `connect-${sinkConnector}`,
    coordinatorGroup: `connect-${sinkConnector}-coord`,
  };
  return { change, source, sinks: { on: source, off: { ...source, names: { ...source.names, ...off } } } };
}

/** What the second sink's names end in. */
export const secondSink = "_off";
