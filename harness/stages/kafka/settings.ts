import type { Profile } from "#core/pipeline-spec.ts";
import type { Place } from "#runtime/port.ts";

export type Settings = Readonly<Record<string, string | number | boolean>>;

/** What a broker is told beyond its addresses. `prod-like` leaves upstream's defaults wherever one broker can bear them. */
export function brokerSettings({ brokers, profile }: { brokers: 1 | 3; profile: Profile }): Settings {
  return {
    // A misspelt topic must fail, not appear. The harness makes a pipeline's topics before its connectors.
    "auto.create.topics.enable": false,
    ...(brokers === 1 ? aloneSettings : {}),
    ...(profile === "fast" ? fastSettings : {}),
  };
}

/** Upstream's defaults ask for three replicas of the internal topics. */
const aloneSettings: Settings = {
  "offsets.topic.replication.factor": 1,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "share.coordinator.state.topic.replication.factor": 1,
  "share.coordinator.state.topic.min.isr": 1,
};

const fastSettings: Settings = {
  // Fifty partitions of each internal topic are fifty logs to make and to load: one is enough for a few groups.
  "offsets.topic.num.partitions": 1,
  "transaction.state.log.num.partitions": 1,
  // A group's first member need not wait three seconds for company.
  "group.initial.rebalance.delay.ms": 0,
  // Lets members choose a short session: a killed worker's tasks move as soon as its members are declared dead.
  "group.min.session.timeout.ms": 1_000,
  // A killed broker may not come back under its number before its old session has ended.
  "broker.session.timeout.ms": 3_000,
  "broker.heartbeat.interval.ms": 500,
  // How often transactions of the dead are looked for: until then nobody reads past them.
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": 500,
  // How soon a retention that has run out is seen: after five minutes by default, and never within thirty seconds of a start.
  "log.retention.check.interval.ms": 1_000,
  "log.initial.task.delay.ms": 1_000,
  // Per listener, and there are five of them.
  "num.network.threads": 1,
  "num.io.threads": 4,
  // Allocated at the start, and 128 MiB by default.
  "log.cleaner.dedupe.buffer.size": 2 * 1024 * 1024,
};

/** The heap is small because records pass through the page cache; `fast` compiles with C1 alone to be up sooner. */
export function javaOptions(profile: Profile, place: Place): string[] {
  return [
    ...(profile === "fast" ? ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] : ["-Xmx1g"]),
    // Kafka 4 logs through log4j 2, Kafka 3 through log4j 1; each reads its own property.
    `-Dlog4j2.configurationFile=${place.file("log4j2.properties")}`,
    `-Dlog4j.configuration=file:${place.file("log4j.properties")}`,
  ];
}

/** Everything to standard output, which is the server's log file. */
export const logFiles = {
  "log4j2.properties": `appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
`,
  "log4j.properties": `log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
`,
};

export function propertiesText(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}
