import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    'The sink\'s leading task fails, the other one takes the lead, and somebody restarts the failed one, which takes it back: the lead moves in a rebalance, as the one who gives it up has to learn from a group that is being given out anew (apache/iceberg#17637). Reported is that it keeps its coordinator, and that there are two from then on. So it is with the brokers of Kafka 3.9.1, which tell of no assignment while a group rebalances: "cannot determine leader", and two coordinators begin commits. Where a commit of the elder one times out before the run ends, it stores its old offset (three runs of eighteen; I-05 shows what comes of that). Those of 4.3.1 tell the old assignments, and the elder coordinator is stopped each time. With both, every row arrives once here.',
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17637"],
    shows:
      "the lead goes from one task to the other and back: before Kafka 4 the elder one keeps its coordinator, as reported, and no row is lost or comes twice by that alone; Kafka 4 has it stopped",
    alsoOn: [{ iceberg: "1.11.0" }, { kafka: "3.9.1", debezium: "3.3.1.Final", iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 20 }),
  pipeline: { partitions: 2, sinkTasks: 2 },
  faults: [
    faults.kafka("sink->kafka", {
      // Not before a round that committed something: the coordinator stores no offset until then (I-06).
      event: { log: "connect-1", line: /completed commit .* committed to [1-9]/ },
      api: "Fetch",
      clientId: /^connector-consumer-.*-sink-0$/,
      error: "TOPIC_AUTHORIZATION_FAILED",
      times: 1,
    }),
    faults.connect.restart({
      connector: "sink",
      onlyFailed: true,
      when: { event: { log: "connect-1", line: /sink-1 elected leader/ } },
    }),
  ],
  // Before Kafka 4: once for each commit of the elder coordinator's that times out, which takes ten seconds.
  expect: { "offset-went-back": { atMost: 3 } },
});
