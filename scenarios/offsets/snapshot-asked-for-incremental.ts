import { accounts, defineScenario, faults, mixed } from "floe";

const tables = ["branches", "accounts"];

export default defineScenario({
  story:
    "While accounts are booked, somebody signals Debezium to read both tables again, in chunks between the changes. Every row that nobody touches meanwhile comes a second time; of a row that changes while its chunk is read, the change alone is sent.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, seconds: 8 }),
  pipeline: { signals: true },
  faults: [
    // Nobody writes until the first chunk has been read: another thread than the binlog's reads it (docs/cases.md).
    faults.whileRunning({
      fault: faults.mysql.lockTables({ tables, forMs: 1_500, when: { afterOperations: 100 } }),
      strike: [faults.debezium.snapshot({ tables, type: "incremental" })],
    }),
  ],
  // A notification carries an older position than the records before it, and takes the stored offset back for a moment.
  expect: { lost: 0, "offset-went-back": { atMost: 8 }, duplicates: { atMost: "readAgain" } },
});
