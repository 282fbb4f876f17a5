import { describe, expect, test } from "vitest";
import type { VersionSet } from "#core/versions.ts";
import { accounts } from "#fixtures/accounts/accounts.ts";
import { mixed } from "#fixtures/workloads.ts";
import { connectorsCheck, foreseenFailure } from "#run/foreseen.ts";
import { defineScenario, type ScenarioDefinition } from "#run/scenario.ts";

const failure = { connector: "source", message: /no longer available/ } as const;

function foreseen(parts: Partial<ScenarioDefinition>, debezium = "3.6.1.Final") {
  const scenario = defineScenario({ story: "", source: accounts(), workload: mixed(), ...parts });
  const other = { kafka: "", iceberg: "", catalog: "", mysql: "", objectStore: "", duckdb: "", java: "" };
  const versions: VersionSet = { ...other, debezium };
  return foreseenFailure(scenario, versions);
}

describe("a failure is foreseen", () => {
  test("where the scenario expects it, and nowhere else", () => {
    expect(foreseen({})).toBeUndefined();
    expect(foreseen({ expect: { lost: 3 } })).toBeUndefined();
    expect(foreseen({ expect: { failure } })).toBe(failure);
  });

  test("on the versions that have the known bug", () => {
    const known = [{ issue: "debezium/dbz#1", when: { debezium: "<=3.6.1.Final" }, anomaly: "lost", failure }] as const;
    expect(foreseen({ known })).toBe(failure);
    expect(foreseen({ known }, "3.7.0.Final")).toBeUndefined();
  });
});

describe("the check of connectors", () => {
  test("is not made where none was to fail", () => expect(connectorsCheck(undefined, undefined)).toEqual([]));

  test("is valid when the failure was seen, and gives its cause", () => {
    const [check] = connectorsCheck(failure, "io.debezium.DebeziumException: gone");
    expect(check).toMatchObject({ name: "connectors", verdict: "valid", note: expect.stringContaining("gone") });
  });

  test("leaves out the middle of a long cause", () => {
    const [check] = connectorsCheck(failure, `DebeziumException: ${"position ".repeat(200)}is no longer available`);
    expect(check?.note).toMatch(/^.*DebeziumException.* … .*no longer available$/);
    expect(check?.note?.length).toBeLessThan(400);
  });

  test("is invalid when it was not, and says what was awaited", () => {
    const [check] = connectorsCheck(failure, undefined);
    expect(check).toMatchObject({ verdict: "invalid", note: expect.stringContaining("/no longer available/") });
  });
});
