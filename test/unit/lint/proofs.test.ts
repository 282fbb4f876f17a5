import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "#lint/catalogue.ts";
import { explanation, ruleLines } from "#lint/tell/text.ts";
import { proofs } from "../../contract/lint/proofs.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const table = "test/contract/lint/proofs.test.ts";
const proved = catalogue().flatMap(({ id, provenBy }) => (provenBy === undefined ? [] : [{ id, provenBy }]));

test("what proves a rule is there", () => {
  const missing = proved
    .flatMap(({ provenBy }) => provenBy)
    .filter((name) => !existsSync(join(root, name.startsWith("test/") ? name : `scenarios/${name}.ts`)));
  expect(missing).toEqual([]);
});

test("a rule that names the table of proofs is in it, and each of the table names it", () => {
  const naming = proved.filter(({ provenBy }) => provenBy.includes(table)).map(({ id }) => id);
  expect(naming.toSorted()).toEqual(proofs.map(({ rule }) => rule).toSorted());
});

test("twelve rules and more are proved", () => expect(proofs.length).toBeGreaterThanOrEqual(12));

test("the list of rules and the explanation of one say it", () => {
  expect(ruleLines().find((line) => line.startsWith("dbz-tasks-max-gt-1 "))).toContain("[proved]");
  const heartbeat = catalogue().find(({ id }) => id === "dbz-heartbeat-missing");
  const lines = heartbeat === undefined ? [] : explanation(heartbeat);
  expect(lines.join("\n")).toMatch(
    /proven by +incidents\/d-20-quiet-table-without-heartbeat\n +and mended by +incidents\/d-20/,
  );
});
