import { foldAnomalies } from "./anomaly-rows.ts";
import { ledgerAgainstTopic } from "./changelog.ts";
import type { Check } from "./check.ts";
import type { GivenInputs } from "./inputs.ts";
import { localize } from "./localize.ts";

/**
 * A run whose harness was killed, as far as it goes: what was on its way then proves nothing, so nothing is lost and nothing
 * valid; what came twice or from nowhere is told. The evidence must have been brought in before.
 */
export function* asFarAsItGoes(inputs: GivenInputs): Check {
  yield* localize(inputs);
  const found = foldAnomalies(yield ledgerAgainstTopic(inputs, inputs.tables));
  const [seen] = yield `SELECT (SELECT count(*) FROM ledger) AS operations, (SELECT count(*) FROM records) AS records,
    (SELECT count(*) FROM missing_operations) AS missing, (SELECT count(*) FROM control WHERE type = 'COMMIT_TO_TABLE') AS commits,
    (SELECT count(*) FROM lake) AS rows`;
  return {
    name: "as far as it goes",
    verdict: "unknown",
    anomalies: found.filter((anomaly) => anomaly.class !== "lost"),
    note: `the run was cut off: ${seen?.["operations"]} operations acknowledged, ${seen?.["missing"]} of them not seen in the topics, ${seen?.["records"]} records, ${seen?.["commits"]} commits to tables, ${seen?.["rows"]} rows read of the lake`,
  };
}
