import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaChanges } from "#fixtures/schema-changes/all.ts";
import { page } from "./schema-changes/document.ts";
import { runMatrix } from "./schema-changes/matrix.ts";

// Writes docs/schema-changes.md: what each change of a table's definition comes to at each stage, by running it.
const timings = ["streaming", "before", "during"] as const;
const { outcomes, errors, versions } = await runMatrix({ changes: schemaChanges, timings, tell: console.log });
const all = schemaChanges.length * timings.length;
const complete = outcomes.length === all && errors.length === 0;
const prose = readFileSync(join(import.meta.dirname, "schema-changes", "prose.md"), "utf8");
if (complete)
  writeFileSync(join(import.meta.dirname, "..", "docs", "schema-changes.md"), page({ outcomes, versions, prose }));
console.log([`${outcomes.length} of ${all} outcomes`, ...errors].join("\n"));
process.exit(complete ? 0 : 1);
