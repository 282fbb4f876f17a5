import { describe, expect, test } from "vitest";
import { topicOf } from "#core/pipeline-spec.ts";
import type { Source, Transaction } from "#core/source.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario } from "#run/scenario.ts";
import { account, runMade } from "./running.ts";

describe("what cannot be judged is said, not guessed", () => {
  test("a record that is no change in Connect's JSON names topic, partition, offset and its first bytes", async () => {
    const garbage: Fault = {
      label: "write garbage",
      when: { afterOperations: 5 },
      inject: async ({ clients, pipeline }) => {
        const topic = topicOf(pipeline.spec, "departments");
        await clients.kafka.produce({ topic, records: [{ key: null, value: Buffer.from([0, 0, 0, 0, 7, 66]) }] });
        return { heal: async () => undefined, proof: async () => "written" };
      },
    };
    const told = await runMade(
      defineScenario({
        story: "Somebody writes Avro into a topic of JSON.",
        source: employees({ employees: 50 }),
        workload: mixed({ writers: 1, operations: 30 }),
        faults: [garbage],
      }),
    );
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    const error = told.verdict.error?.join("\n") ?? "";
    expect(error).toMatch(/RECORD_UNDECODABLE: the record at offset \d+ of \S+departments, partition 0/);
    expect(error).toContain("000000000742");
  });

  test("a table without a primary key is compared as a multiset", async () => {
    const told = await runMade(
      defineScenario({
        story: "Notes have no key: the same note may stand there twice.",
        source: notes(),
        workload: mixed({ writers: 1, operations: 30 }),
      }),
    );
    expect(told.verdict.verdict, account(told)).toBe("valid");
    const state = told.verdict.checks.find(({ name }) => name === "current-state");
    expect(state?.note).toContain("notes 41 (no primary key: as a multiset)");
  });
});

/** A table of notes without a key, of which many are alike. */
function notes(): Source {
  const written = (text: string): Transaction => ({
    label: "note",
    statements: [{ sql: "INSERT INTO notes VALUES (?)", values: [text] }],
    changes: [{ table: "notes", kind: "insert", key: {}, after: { text } }],
  });
  function* endless(): Generator<Transaction, never, unknown> {
    for (let turn = 0; ; turn++) yield written(`note ${turn % 3}`);
  }
  return {
    name: "notes",
    schema: ["CREATE TABLE notes (text VARCHAR(40) NOT NULL)"],
    tables: ["notes"],
    seed: () => [
      {
        kind: "rows",
        table: "notes",
        columns: ["text"],
        rows: Array.from({ length: 10 }, (_, at) => [`note ${at % 3}`]),
      },
    ],
    transactions: endless,
    sentinel: () => written("the last note"),
  };
}
