import { accounts, defineScenario, faults, mixed } from "floe";

const bank = accounts();
const desks = Array.from({ length: 30 }, (_, at) => [at + 1, 1 + (at % 10)]);

export default defineScenario({
  story:
    "A branch is deleted, and ON DELETE CASCADE deletes its three desks. MySQL before 9.6 left that to InnoDB, wrote the branch alone to the binlog, and the desks stayed in every copy for ever; 9.7 writes each of them.",
  source: {
    ...bank,
    name: "accounts-with-desks",
    schema: [
      ...bank.schema,
      "CREATE TABLE desks (id INT NOT NULL PRIMARY KEY, branch INT NOT NULL, FOREIGN KEY (branch) REFERENCES branches (id) ON DELETE CASCADE)",
    ],
    tables: [...bank.tables, "desks"],
    seed: (seed) => [...bank.seed(seed), { kind: "rows", table: "desks", columns: ["id", "branch"], rows: desks }],
    sentinel: (table) => {
      if (table !== "desks") return bank.sentinel(table);
      return {
        label: "open",
        statements: [{ sql: "INSERT INTO desks VALUES (999, 99)" }],
        changes: [{ table, kind: "insert", key: { id: 999 }, after: { id: 999, branch: 99 } }],
      };
    },
  },
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.mysql.sql({ statements: ["DELETE FROM branches WHERE id = 3"], when: { afterOperations: 100 } })],
  expect: { lost: 0, duplicates: 0 },
});
