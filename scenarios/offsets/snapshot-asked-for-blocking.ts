import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "While accounts are booked, somebody signals Debezium to stop streaming and to read both tables again. Every row comes a second time, and the bookings made meanwhile follow.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, seconds: 8 }),
  pipeline: { signals: true },
  faults: [
    faults.debezium.snapshot({ tables: ["branches", "accounts"], type: "blocking", when: { afterOperations: 100 } }),
  ],
  // A notification carries an older position than the records before it, and takes the stored offset back for a moment.
  expect: { lost: 0, "offset-went-back": { atMost: 8 }, duplicates: { equals: "readAgain" } },
});
