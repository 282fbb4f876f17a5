import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bands } from "#rehearsal/compare.ts";
import { differences } from "#rehearsal/preview.ts";
import type { PairFiles } from "../test/pipeline/check-files.ts";
import { rehearsed } from "../test/pipeline/rehearsing.ts";

// Writes docs/preview.md: what `floe check --diff` tells of changes that look small, on the table of all types.

const unwrapInSink = {
  transforms: "unwrap,meta",
  "transforms.cdc.type": undefined,
  "transforms.cdc.cdc.target.pattern": undefined,
  "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.unwrap.add.fields": "op,table",
  "iceberg.tables.dynamic-enabled": undefined,
  "iceberg.tables": "shop.all_types",
  "iceberg.tables.route-field": "__table",
  "iceberg.table.shop.all_types.route-regex": "all_types",
};
const unwrapInSource = {
  transforms: "unwrap",
  "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
};

const changes: readonly { readonly what: string; readonly old?: PairFiles; readonly new?: PairFiles }[] = [
  { what: "nothing" },
  { what: "`decimal.handling.mode` precise to double", new: { source: { "decimal.handling.mode": "double" } } },
  { what: "`time.precision.mode` (not set) to connect", old: { source: { "time.precision.mode": undefined } } },
  { what: "ExtractNewRecordState in the sink instead of DebeziumTransform", new: { sink: unwrapInSink } },
  { what: "ExtractNewRecordState added to the source alone", new: { source: unwrapInSource } },
  { what: "`snapshot.mode` initial to no_data", new: { source: { "snapshot.mode": "no_data" } } },
  { what: "`tombstones.on.delete` true to false", new: { source: { "tombstones.on.delete": "false" } } },
  {
    what: "`iceberg.tables.evolve-schema-enabled` true to false",
    new: { sink: { "iceberg.tables.evolve-schema-enabled": "false" } },
  },
];

const usual = await rehearsed({});
const rows: string[] = [];
for (const { what, old, new: fresh } of changes) {
  const before = old === undefined ? usual : await rehearsed(old);
  // The first is run again: what differs by itself would show.
  const after = fresh === undefined && old !== undefined ? usual : await rehearsed(fresh ?? {});
  const found = differences(after, before);
  console.log(`${what}: ${found.length} differences; ${before.run.verdict?.verdict} -> ${after.run.verdict?.verdict}`);
  if (found.length === 0) rows.push(`| ${what} | nothing changes | | | | |`);
  for (const each of found)
    rows.push(`| ${[what, each.what, each.name, each.old, each.new, each.example ?? ""].map(cell).join(" | ")} |`);
}

const versions = usual.run.verdict?.versions;
const text = `# What a preview tells

Made by running it (\`npm run docs:preview\`): MySQL ${versions?.mysql}, Debezium ${versions?.debezium}, Iceberg ${versions?.iceberg}, the project's own
connectors as a team would have them, the table \`all_types\`, ${usual.run.verdict?.measured?.["seededRows"]} rows before and about 200 operations with one column added
on the way; the same seed on both sides. Rows and columns are compared exactly; ${bands}.
Long values are cut. The table has every type at its edges, so both sides are \`invalid\` from the start: NULL becomes a column's
DEFAULT (apache/iceberg#17652), fractions of a second beyond three digits are cut off. What counts here is what changes.

| change | what | of | OLD | NEW | example |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
writeFileSync(join(import.meta.dirname, "..", "docs", "preview.md"), text);
process.exit();

function cell(value: string): string {
  const line = value.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "·");
  return (
    (line.length > 100 ? `${line.slice(0, 99)}…` : line).replaceAll("|", "\\|").replaceAll("<", "&lt;") || "(empty)"
  );
}
