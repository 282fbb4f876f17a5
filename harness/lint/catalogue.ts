import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { invariant } from "#core/errors.ts";
import { type Checks, type Rule, severities } from "./rule.ts";
import { brokerRules } from "./rules/broker.ts";
import { clientRules } from "./rules/clients.ts";
import { connectRules } from "./rules/connect.ts";
import { converterRules } from "./rules/converters.ts";
import { debeziumDelivery } from "./rules/debezium-delivery.ts";
import { debeziumNames } from "./rules/debezium-names.ts";
import { debeziumTopics } from "./rules/debezium-topics.ts";
import { icebergCatalog } from "./rules/iceberg-catalog.ts";
import { icebergControl } from "./rules/iceberg-control.ts";
import { icebergTables } from "./rules/iceberg-tables.ts";
import { keyRules } from "./rules/keys.ts";
import { mysqlServer } from "./rules/mysql-server.ts";
import { mysqlSource } from "./rules/mysql-source.ts";
import { postgresRules } from "./rules/postgres.ts";
import { s3Rules } from "./rules/s3.ts";
import { shapeRules } from "./rules/shapes.ts";
import { topicRules } from "./rules/topics.ts";
import { workerRules } from "./rules/worker.ts";

/** A rule's words, as catalogue.json has them. */
const words = z.object({
  id: z.string(),
  severity: z.enum(severities),
  harm: z.string(),
  remedy: z.string(),
  source: z.string(),
  /** Told while a file is read, not by a rule's function. */
  whileReading: z.boolean().optional(),
  /** Who tells it instead, where no file shows it: a comparison of two, or a live system. */
  judgedBy: z.enum(["--diff", "validate", "check"]).optional(),
  /** What shows its harm on real servers: a scenario, and the same with the remedy; or a test that shows both. */
  provenBy: z.array(z.string()).min(1).max(2).optional(),
});
export type Words = z.infer<typeof words>;

const checks: Checks = {
  ...keyRules,
  ...connectRules,
  ...debeziumNames,
  ...debeziumDelivery,
  ...debeziumTopics,
  ...mysqlSource,
  ...postgresRules,
  ...shapeRules,
  ...converterRules,
  ...icebergTables,
  ...icebergCatalog,
  ...icebergControl,
  ...s3Rules,
  ...workerRules,
  ...brokerRules,
  ...topicRules,
  ...clientRules,
  ...mysqlServer,
};

/** Rules about keys in general: they give way to a rule that knows the key. */
export const general: ReadonlySet<string> = new Set([
  "unknown-key",
  "broker-unknown-key",
  "consumer-unknown-key",
  "value-invalid",
  "required-key-missing",
  "deprecated-key",
]);

/** Every rule's words, in the catalogue's order. */
export function catalogue(): readonly Words[] {
  told ??= z.array(words).parse(JSON.parse(readFileSync(join(import.meta.dirname, "catalogue.json"), "utf8")));
  return told;
}
let told: readonly Words[] | undefined;

/** The rules that a file can be judged by, words and function together. */
export function rules(): readonly Rule[] {
  whole ??= together(catalogue());
  return whole;
}
let whole: readonly Rule[] | undefined;

function together(all: readonly Words[]): readonly Rule[] {
  const unsaid = Object.keys(checks).filter((id) => !all.some((each) => each.id === id));
  invariant(unsaid.length === 0, `rules without words in catalogue.json: ${unsaid.join(", ")}`);
  return all.flatMap((said) => {
    const check = checks[said.id];
    return check === undefined ? [] : [{ ...said, ...check }];
  });
}
