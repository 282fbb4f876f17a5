import { accounts, defineScenario, faults, mixed } from "floe";

const tables = ["accounts"];

export default defineScenario({
  story:
    "A source is given heartbeats, which restarts its task, and the worker dies before that task has read a row: the last transaction of before comes again. The first event after a restart only names the binlog's file; it sets the position to the file's beginning, forgets what was left to skip of the transaction, and a heartbeat stores that. Measured on Debezium 3.6.1 with exactly-once: one row twice in its topic, once the worker is back.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 40, operations: 600 }),
  pipeline: { source: { "heartbeat.interval.ms": "0" } },
  faults: [
    // Nobody writes until the worker is back: the stored offset stays in the last transaction, with one row of it to skip.
    faults.whileRunning({
      fault: faults.mysql.lockTables({
        tables,
        forMs: 3_000,
        // The sink has stored offsets by then: it must not lose anything of its own (I-06).
        when: { event: { log: "connect-1", line: /completed commit .* committed to [1-9]/ }, afterOperations: 100 },
      }),
      strike: [
        // All that was written has been read by then. On so slow a link the heartbeat is due when the first event comes.
        faults.whileRunning({
          fault: faults.delay("debezium->mysql", { atMs: 2_000, ms: 50 }),
          strike: [
            faults.connect.changeConfig({ connector: "source", settings: { "heartbeat.interval.ms": "500" } }),
            faults.kill("connect-1", {
              event: { link: "debezium->kafka", on: { api: "EndTxn", transactionalId: /-source-0$/ } },
              restartAfterMs: 0,
            }),
          ],
        }),
      ],
    }),
  ],
  known: [{ issue: "unreported: docs/cases.md", when: { debezium: "<=3.6.1.Final" }, anomaly: "duplicate" }],
});
