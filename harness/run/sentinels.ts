import { environmentError } from "#core/errors.ts";
import { capturedTables } from "#core/pipeline-spec.ts";
import type { Change } from "#core/source.ts";
import { mysqlLogin } from "#pipeline";
import { openWriter } from "#stages/mysql/writer.ts";
import type { FaultContext } from "./context.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Writes the last row of every table, so that there is something to wait for: where it has arrived, everything before it
 * has. Gives the rows of the captured tables.
 */
export async function writeSentinels({
  scenario,
  context,
}: {
  scenario: Scenario;
  context: FaultContext;
}): Promise<readonly Change[]> {
  const { stack, pipeline, ledger } = context;
  const identity = { kind: stack.plan.positions === "gtid" ? "given-gtid" : "file-position" } as const;
  await using writer = openWriter({ ...mysqlLogin(stack), database: pipeline.spec.names.database, identity });
  const written: Change[] = [];
  for (const table of scenario.source.tables) {
    const transaction = scenario.source.sentinel(table);
    const outcome = await writer.transact(transaction);
    if (outcome.status !== "ok") {
      throw environmentError({
        code: "SENTINEL_FAILED",
        what: `the last row of ${table} could not be written`,
        got: outcome.reason,
        remedy: "look at MySQL's log in the run folder",
      });
    }
    ledger.record({ writer: -1, transaction, ...outcome.commit, ackedAtMs: outcome.ackedAtMs });
    written.push(...transaction.changes);
  }
  const captured = new Set(capturedTables(pipeline.spec));
  return written.filter(({ table }) => captured.has(table));
}
