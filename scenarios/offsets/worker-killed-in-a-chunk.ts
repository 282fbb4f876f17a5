import { accounts, defineScenario, faults, mixed } from "floe";

const tables = ["accounts"];

export default defineScenario({
  story:
    "While accounts are read again in chunks, between the changes, the worker dies as the fourth chunk has been read. How far the chunks have come is stored with the source's offset, in one transaction with their rows: the next task goes on after the last one that was stored, leaves no row out, and sends none a third time.",
  source: accounts({ accounts: 2_000 }),
  workload: mixed({ writers: 2, operationsPerSecond: 60, seconds: 14 }),
  pipeline: {
    signals: true,
    source: {
      "incremental.snapshot.chunk.size": "200",
      // A signal that was not committed is heard again by the next task, which then does it all once more: docs/cases.md.
      "signal.consumer.auto.commit.interval.ms": "100",
    },
  },
  faults: [
    // Nobody writes until the first chunk has been read: another thread than the binlog's reads it (docs/cases.md).
    faults.whileRunning({
      fault: faults.mysql.lockTables({ tables, forMs: 2_500, when: { afterOperations: 100 } }),
      strike: [faults.debezium.snapshot({ tables, type: "incremental" })],
    }),
    faults.kill("connect-1", {
      event: { snapshot: "incremental", says: "in-progress", table: "accounts", nth: 4 },
      restartAfterMs: 0,
    }),
  ],
  // A notification carries an older position than the records before it, and takes the stored offset back for a moment.
  expect: { lost: 0, "offset-went-back": { atMost: 16 }, duplicates: { atMost: "readAgain" } },
});
