import { is, isBelow, on, where } from "../ask.ts";
import type { Checks } from "../rule.ts";

const serializers =
  /^org\.apache\.kafka\.common\.serialization\.(Boolean|ByteArray|ByteBuffer|Bytes|Double|Float|Integer|List|Long|Short|String|UUID|Void)Serializer$/;

export const clientRules: Checks = {
  "producer-serializer-missing-class": on(
    ["producer"],
    is(
      /^(key|value)\.serializer$/,
      (value) => value.startsWith("org.apache.kafka.common.serialization.") && !serializers.test(value),
    ),
  ),
  "producer-roundrobin-partitioner": on(["producer"], is("partitioner.class", /RoundRobinPartitioner$/)),
  "producer-retries-low": on(
    ["producer"],
    where((view) => /^(all|-1)$/.test(view.text("acks") ?? "all"), isBelow("retries", 10)),
  ),
  "consumer-assignor-short-name": on(
    ["consumer"],
    is(
      "partition.assignment.strategy",
      /^(cooperative-sticky|sticky|range|roundrobin)$/i,
      ({ value }) => assignors[value.trim().toLowerCase()],
    ),
  ),
  "consumer-session-short": on(["consumer"], isBelow("session.timeout.ms", 45_000)),
};

const assignor = (name: string) => ({ value: `org.apache.kafka.clients.consumer.${name}Assignor` });
const assignors: Readonly<Record<string, { value: string }>> = {
  "cooperative-sticky": assignor("CooperativeSticky"),
  sticky: assignor("Sticky"),
  range: assignor("Range"),
  roundrobin: assignor("RoundRobin"),
};
