import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { schemaChanges } from "#fixtures/schema-changes/all.ts";
import { rowOf, streamingLines } from "../../bench/schema-changes/document.ts";
import { runMatrix } from "../../bench/schema-changes/matrix.ts";

// One after which rows differ, one that ends the sink, one that is harmless; in the order of the list.
const some = ["rename-column-copy", "int-to-varchar-words-copy", "add-index-copy"];

describe("docs/schema-changes.md", () => {
  test("says what these servers do", { timeout: 600_000 }, async () => {
    const changes = schemaChanges.filter(({ id }) => some.includes(id));
    const { outcomes, errors } = await runMatrix({ changes, timings: ["streaming"] });
    expect(errors).toEqual([]);
    const told = streamingLines(outcomes).map(({ ids, ...line }) => [ids.join(), ...rowOf({ ids, ...line }).slice(1)]);
    expect(told).toEqual(some.map((id) => [id, ...documented(id)]));
  });
});

/** The cells of a change's line in the docs, without the first. */
function documented(id: string): readonly string[] {
  const lines = readFileSync("docs/schema-changes.md", "utf8").split("## Around the snapshot")[0]?.split("\n") ?? [];
  const line = lines.find((each) => each.includes(`\`${id}\``)) ?? "";
  return line
    .replace(/^\| | \|$/g, "")
    .split(" | ")
    .slice(1);
}
