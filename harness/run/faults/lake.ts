import { deadlineIn, every, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError, messageOf } from "#core/errors.ts";
import { ancestry } from "#stages/iceberg/metadata.ts";
import { expireSnapshots, rollBack, setProperty, type TableOf } from "#stages/iceberg/surgery.ts";
import { firstAddress } from "../../stack.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, momentText, timed } from "../moments.ts";
import { unhealed } from "./parts.ts";

// What somebody else does to a table of the lake while the sink writes it.

export interface OnTable {
  readonly when: Moment;
  readonly table: string;
}

/** Another writer's SQL on a table, `{table}` being its name: rows deleted, changed, added, compacted. */
export function writeLake({ when, table, sql }: OnTable & { readonly sql: readonly string[] }): Fault {
  return blow({ when, table, verb: "write" }, async (context) => {
    await context.changeLake(async (lake) => {
      for (const statement of sql) await lake.run(statement.replaceAll("{table}", lake.relation(table)));
    });
    return { struck: `${sql.length} statements on ${table}` };
  });
}

export interface ChangeSchema extends Partial<OnTable> {
  readonly table: string;
  /** What follows ALTER TABLE in DuckDB's SQL: `DROP COLUMN city`. */
  readonly clause: string;
}

/** Changes a table's columns from the lake's side. The mark: its columns are others. */
export function changeSchema({ when = atOnce, table, clause }: ChangeSchema): Fault {
  return {
    label: timed(`alter the lake's ${table}, ${clause}`, when),
    when,
    inject: async (context) => {
      const before = await columnsOf(context, table);
      await context.changeLake((lake) => lake.run(`ALTER TABLE ${lake.relation(table)} ${clause}`));
      const after = await columnsOf(context, table);
      return unhealed(before === after ? undefined : `${before} -> ${after}`);
    },
  };
}

/** Of a table that the sink has made, or is about to. */
async function columnsOf({ clients, pipeline: { spec } }: FaultContext, table: string): Promise<string> {
  return poll({
    what: `the lake to have ${table}`,
    deadline: deadlineIn(20_000),
    look: async () => {
      const metadata = await clients.catalog.table({ namespace: spec.names.namespace, table });
      if (metadata === undefined) return notYet("no such table");
      return seen(metadata.columns.map(({ name, type }) => `${name} ${type}`).join(", "));
    },
  });
}

/**
 * Lets the snapshot before the current one be the current one again. Announces `undoneRows` and `undoneFiles`: what the newer
 * one had added.
 */
export function rollBackTable({ when, table }: OnTable): Fault {
  return blow({ when, table, verb: "roll back" }, async (context) => {
    const [now, before] = await snapshotsOf(context, table);
    if (now === undefined || before === undefined) throw tooFewSnapshots(table);
    await rollBack(tableOf(context, table), before.id);
    const added = (what: string) => Number(now.summary[`added-${what}`] ?? "0");
    return {
      struck: `${table} back from snapshot ${now.id} to ${before.id}`,
      announced: { undoneRows: added("records"), undoneFiles: added("data-files") },
    };
  });
}

/** Forgets all snapshots but the current one, and with them what they say of the sink's offsets. */
export function expireAllButCurrent({ when, table }: OnTable): Fault {
  return blow({ when, table, verb: "expire the snapshots of" }, async (context) => {
    const [, ...older] = await snapshotsOf(context, table);
    if (older.length === 0) throw tooFewSnapshots(table);
    await expireSnapshots(
      tableOf(context, table),
      older.map(({ id }) => id),
    );
    return { struck: `${older.length} snapshots of ${table} expired` };
  });
}

/** Drops a table and makes it again with the rows that it had, as one does who wants it partitioned otherwise. */
export function makeTableAgain({ when, table }: OnTable): Fault {
  return blow({ when, table, verb: "drop and make again" }, async (context) => {
    let rows = "";
    await context.changeLake(async (lake) => {
      const relation = lake.relation(table);
      await lake.run(`CREATE TEMP TABLE kept AS SELECT * FROM ${relation}`);
      await lake.run(`DROP TABLE ${relation}`);
      await lake.run(`CREATE TABLE ${relation} AS SELECT * FROM kept`);
      const [counted] = await lake.rows("SELECT count(*) AS n FROM kept");
      rows = counted?.["n"] ?? "";
    });
    return { struck: `${table} was made again with its ${rows} rows` };
  });
}

/**
 * Another writer that commits to a table as often as it is told, for so long: every commit of the sink that began before one
 * of them is refused and has to be made again.
 */
export function commitBurst({
  when,
  table,
  perSecond,
  forMs,
}: OnTable & { readonly perSecond: number; readonly forMs: number }): Fault {
  return {
    label: `commit ${perSecond} times a second to ${table} ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const target = tableOf(context, table);
      const deadline = deadlineIn(forMs);
      let [made, refused] = [0, 0];
      let because = "";
      const once = async () => {
        if (deadline.remainingMs() === 0) return;
        try {
          await setProperty(target, "floe.burst", String(made));
          made++;
        } catch (error) {
          // The sink's own commit came first, say.
          refused++;
          because = messageOf(error);
        }
      };
      const beat = every(1_000 / perSecond, once);
      return {
        healAfterMs: forMs,
        heal: async () => beat[Symbol.dispose](),
        proof: async () => (made > 0 ? `${made} commits made, ${refused} refused ${because}` : undefined),
      };
    },
  };
}

interface Blow {
  /** What was there to be struck. */
  readonly struck: string;
  readonly announced?: Readonly<Record<string, number>>;
}

/** Strikes once; there is nothing to heal. */
function blow(
  { when, table, verb }: OnTable & { readonly verb: string },
  strike: (context: FaultContext) => Promise<Blow>,
): Fault {
  return {
    label: `${verb} ${table} ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { struck, announced } = await strike(context);
      return unhealed(struck, announced);
    },
  };
}

/** A table of the pipeline's, as the catalog is asked for it. */
export function tableOf({ stack, pipeline }: FaultContext, table: string): TableOf {
  return {
    catalog: firstAddress(stack.addresses, "harness->catalog"),
    namespace: pipeline.spec.names.namespace,
    table,
  };
}

/** From the current one back. */
export async function snapshotsOf({ clients, pipeline: { spec } }: FaultContext, table: string) {
  const metadata = await clients.catalog.table({ namespace: spec.names.namespace, table });
  return metadata === undefined ? [] : ancestry(metadata);
}

function tooFewSnapshots(table: string): Error {
  return environmentError({
    code: "TOO_FEW_SNAPSHOTS",
    what: `${table} has only one snapshot`,
    expected: "an older one besides",
    remedy: 'strike later: `event: { control: "commit-to-table", table, nth: 2 }`',
  });
}
