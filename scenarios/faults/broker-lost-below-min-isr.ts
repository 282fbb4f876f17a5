import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A topic asks for three replicas in sync, and one of the three brokers dies: nobody can write to it until the broker is back. The source waits and tries again; nothing is lost and nothing comes twice.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 400 }),
  stack: { brokers: 3 },
  faults: [
    faults.topics.configure({
      topic: { table: "accounts" },
      settings: { "min.insync.replicas": "3" },
      when: { afterOperations: 50 },
    }),
    faults.kill("kafka-3", { afterOperations: 100, restartAfterMs: 3_000 }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
