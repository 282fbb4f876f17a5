import { z } from "zod";
import type { SqlRow } from "#core/ports.ts";
import { type Anomaly, anomalyClasses, hops } from "#core/verdict.ts";

/**
 * Folds rows into anomalies: one for each class, hop and table. A row is an example of its anomaly: `class`, `hop`, `table`,
 * `key`, `n` (how many there are in all), `evidence` (lines). The first example's key stands for the anomaly.
 */
export function foldAnomalies(rows: readonly SqlRow[]): readonly Anomaly[] {
  const parsed = rows.map((row) => anomalyRow.parse(row));
  const groups = Map.groupBy(parsed, (row) => `${row.class} ${row.hop} ${row.table}`);
  return [...groups.values()].flatMap((examples) => {
    const [first] = examples;
    if (first === undefined) return [];
    const evidence = examples.flatMap((example) => example.evidence.split("\n"));
    return [{ class: first.class, hop: first.hop, table: first.table, key: first.key, count: first.n, evidence }];
  });
}

const anomalyRow = z.object({
  class: z.enum(anomalyClasses),
  hop: z.enum(hops),
  table: z.string(),
  key: z.string(),
  n: z.coerce.number(),
  evidence: z.string(),
});
