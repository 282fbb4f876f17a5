import { checks, defineScenario, employees, faults, mixed } from "floe";

/** The bug needs a coordinator that outlives its lead, and brokers of before 4.0 let it (I-03). */
const when = { iceberg: "<=1.11.0", kafka: "<4" } as const;
const issue = "apache/iceberg#17551";

export default defineScenario({
  story:
    "A coordinator that has lost its lead and was not stopped goes on storing the control-topic offset that it remembers, between those of its successor (apache/iceberg#17551, #13995: a saw-tooth). The old offset falls out of the topic's retention, the worker dies when the old one was stored last, and the next coordinator, which cannot begin there, begins at the topic's end: files that were announced and not yet committed are lost. 1.11.0 does so; from 1.12.0 on the elder one stores none below its own last, and that one at most once more (in three runs of ten), which its successor's next ones heal. In one run of ten 1.11.0 also named files in two snapshots, as in I-02. On Kafka 4 the elder coordinator is stopped in time (I-03). Under five stacks at once, where rounds run into their timeout of three seconds and twenty-five commits take more than a minute, runs end unknown. The topic is emptied only when the successor has read it, as a topic is whose retention runs out: emptied before, it takes the announcements with it on every version.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17551", "apache/iceberg#13995"],
    shows:
      "a coordinator without a lead stores its old offset again and again: on 1.11.0 the next one begins at the control topic's end and loses files; 1.12.0 stores it at most once more, and loses none",
    alsoOn: [
      { kafka: "3.9.1", debezium: "3.3.1.Final", iceberg: "1.11.0" },
      { kafka: "3.9.1", debezium: "3.3.1.Final" },
    ],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 40, seconds: 90 }),
  pipeline: {
    partitions: 2,
    sinkTasks: 2,
    sink: {
      "iceberg.control.commit.timeout-ms": "3000",
      "iceberg.kafka.auto.offset.reset": "latest",
      // Whoever stands still for longer is out of its group, and does not get the partition back when it returns.
      "iceberg.kafka.max.poll.interval.ms": "10000",
      "iceberg.kafka.transaction.timeout.ms": "60000",
      "iceberg.kafka.partition.assignment.strategy": "org.apache.kafka.clients.consumer.StickyAssignor",
    },
  },
  faults: [
    faults.kafka("sink->kafka", {
      // Not before a round that committed something: no offset is stored until then, and what is left is lost by that (I-06).
      event: { log: "connect-1", line: /completed commit .* committed to [1-9]/ },
      api: "Fetch",
      clientId: /^connector-consumer-.*-sink-0$/,
      error: "TOPIC_AUTHORIZATION_FAILED",
      times: 1,
    }),
    faults.sequence({
      when: { event: { log: "connect-1", line: /sink-1 completed commit .* committed to [1-9]/ } },
      faults: [
        // The lead goes back while the second coordinator, which has stored an offset, stands still.
        faults.hold(
          "sink->kafka",
          { atMs: 0, on: { api: "EndTxn", transactionalId: /^coordinator-.*-1$/ }, forMs: 13_000 },
          faults.connect.restart({ connector: "sink", onlyFailed: true }),
        ),
        // Not before the successor has read what was announced: that is lost with the old offset alone.
        faults.topics.empty({ when: { atMs: 0 }, topic: "control", onceRead: true }),
        // Four rounds of commits later the successor stands still, long enough for the elder one to have the last word.
        faults.hold(
          "sink->catalog",
          { atMs: 0, on: { kind: "commit", nth: 25 }, withinMs: 60_000 },
          faults.kill("connect-1", { atMs: 9_000, restartAfterMs: 0 }),
        ),
      ],
    }),
  ],
  // Not currentState(): of a lost update or delete it says stale or resurrected, and which are lost is chance.
  checks: [checks.changelog(), checks.files(), checks.positions()],
  // From 1.12.0 on the elder one has one word more, when its successor was busy as it came back to the group.
  expect: { "offset-went-back": { atMost: 1 } },
  known: [
    { issue, when, anomaly: "offset-went-back" },
    { issue, when, anomaly: "lost" },
    { issue, when, anomaly: "orphan-file" },
    // As in I-02, by the group's own rebalances here: one run of ten.
    { issue: "apache/iceberg#17340", when, anomaly: "double-registered-file", sometimes: true },
  ],
});
