import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { messageOf } from "#core/errors.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { momentText } from "../moments.ts";
import { type OnTable, snapshotsOf } from "./lake.ts";
import { unhealed } from "./parts.ts";

/**
 * A compaction that is under way while the sink commits: it rewrites all files of a table, waits until the sink has made a
 * newer snapshot, and only then commits. The mark: the catalog refuses it, as it began before that snapshot; or, where it is
 * not refused, that it was made all the same, and whatever it has undone is found by the checks.
 */
export function compactMeanwhile({ when, table }: OnTable): Fault {
  return {
    label: `compact ${table} while the sink commits ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      let proof: string | undefined;
      await context.changeLake(async (lake) => {
        const relation = lake.relation(table);
        const before = await currentSnapshot(context, table);
        for (const statement of ["BEGIN", ...rewrite(relation)]) await lake.run(statement);
        const since = await newerSnapshot({ context, table, than: before });
        proof = await lake.run("COMMIT").then(
          () => `made on top of snapshot ${since}, which it had not seen`,
          (error: unknown) => `refused, as snapshot ${since} had come meanwhile: ${messageOf(error)}`,
        );
      });
      return unhealed(proof);
    },
  };
}

function rewrite(relation: string): string[] {
  return [
    `CREATE TEMP TABLE all_rows AS SELECT * FROM ${relation}`,
    `DELETE FROM ${relation}`,
    `INSERT INTO ${relation} SELECT * FROM all_rows`,
  ];
}

async function currentSnapshot(context: FaultContext, table: string): Promise<bigint | undefined> {
  return (await snapshotsOf(context, table))[0]?.id;
}

function newerSnapshot({
  context,
  table,
  than,
}: {
  context: FaultContext;
  table: string;
  than: bigint | undefined;
}): Promise<bigint> {
  return poll({
    what: `a snapshot of ${table} that is newer than ${than}`,
    deadline: deadlineIn(30_000),
    everyMs: 50,
    look: async () => {
      const now = await currentSnapshot(context, table);
      return now === undefined || now === than ? notYet(`the current one is ${now}`) : seen(now);
    },
  });
}
