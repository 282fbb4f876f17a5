import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The sink's leading task fails, the other one takes the lead, and somebody restarts the failed one, which takes it back: the lead moves in a rebalance, as the one who gives it up has to learn from a group that is being given out anew (apache/iceberg#17637). Reported is that it keeps its coordinator, and that there are two from then on. Not seen here on 1.11.0 or 1.12.0, on brokers of Kafka 4.3.1: the elder coordinator is stopped each time, and every row arrives once.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17637"],
    shows: "the lead goes from one task to the other and back: the second coordinator that was reported is not seen",
    alsoOn: [{ iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 20 }),
  pipeline: { partitions: 2, sinkTasks: 2 },
  faults: [
    faults.kafka("sink->kafka", {
      atMs: 2_000,
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
});
