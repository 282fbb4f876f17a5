import { describe, expect, test } from "vitest";
import { changelog } from "#checks/changelog.ts";
import { type Check, runCheck, type Step, verdictOf } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";
import { files } from "#checks/files.ts";
import { positions } from "#checks/positions.ts";
import { usageError } from "#core/errors.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { inputsFor } from "./people.ts";

describe("a check that throws is unknown", () => {
  const inputs = { ...inputsFor({ shape: "debezium-transform" }), events: () => undefined };

  test.each([changelog, currentState, files, positions])("as each does without evidence: %o", async (check) => {
    using duckdb = await openDuckdb({});
    const verdict = await verdictOf({ name: check.name, check: check(inputs) }, duckdb.rows);
    expect(verdict).toMatchObject({ name: check.name, verdict: "unknown", anomalies: [] });
    expect(verdict.note).toContain("does not exist");
  });

  test("whatever it had found before", async () => {
    function* check(): Check {
      yield "SELECT 1";
      throw usageError({ code: "TRIED", what: "the check gave up", remedy: "none" });
    }
    using duckdb = await openDuckdb({});
    const verdict = await verdictOf({ name: "tried", check: check() }, duckdb.rows);
    expect(verdict).toMatchObject({ name: "tried", verdict: "unknown", anomalies: [] });
    expect(verdict.note).toContain("the check gave up");
  });
});

test("a statement that fails is thrown where it was asked, so that a check can go on without it", async () => {
  function* asks(): Step<string> {
    try {
      yield "SELECT * FROM nowhere";
      return "answered";
    } catch {
      const [row] = yield "SELECT 'without' AS said";
      return row?.["said"] ?? "";
    }
  }
  using duckdb = await openDuckdb({});
  expect(await runCheck(asks(), duckdb.rows)).toBe("without");
});
