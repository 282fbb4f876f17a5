import { at, has, is, isTrue, on, says, where } from "../ask.ts";
import type { Checks, Find } from "../rule.ts";
import { isOpaque, type View } from "../view.ts";

const broker = ["broker"] as const;
const kraft = (view: View) => view.has("process.roles");
const managed = (view: View) => view.document.platform !== undefined;

/** `SASL_SSL://host:9092,CONTROLLER://…` as names. */
function listenerNames(view: View, key: string): string[] {
  return view.list(key).map((item) => item.split("://")[0]?.trim().toUpperCase() ?? "");
}

const controllerListener: Find = (view) => {
  if (managed(view) || !view.list("process.roles").includes("controller")) return [];
  const names = view.list("controller.listener.names").map((name) => name.toUpperCase());
  const listeners = listenerNames(view, "listeners");
  return names.some((name) => listeners.includes(name))
    ? []
    : [
        at(
          view,
          "controller.listener.names",
          `controller.listener.names (${names.join(", ") || "not set"}) has none of the listeners`,
        ),
      ];
};

const interBroker: Find = (view) => {
  const setting = view.get("inter.broker.listener.name") ?? view.get("security.inter.broker.protocol");
  if (setting === undefined || isOpaque(setting.value) || !view.has("advertised.listeners", "listeners")) return [];
  const key = view.has("advertised.listeners") ? "advertised.listeners" : "listeners";
  const protocols = new Map(
    view.list("listener.security.protocol.map").map((item): [string, string] => {
      const [name = "", protocol = ""] = item.toUpperCase().split(":");
      return [name, protocol];
    }),
  );
  const names = listenerNames(view, key);
  const wanted = setting.value.trim().toUpperCase();
  const found =
    setting.key === "inter.broker.listener.name"
      ? names.includes(wanted)
      : names.some((name) => (protocols.get(name) ?? name) === wanted);
  return found || names.length === 0 ? [] : [says(setting, `, which ${key} lacks`)];
};

const internalReplication: Find = is(
  /^(offsets\.topic|transaction\.state\.log|share\.coordinator\.state\.topic)\.replication\.factor$/,
  /^[12]$/,
);

const isrTooHigh: Find = (view) => {
  const [isr, factor] = [view.number("min.insync.replicas"), view.number("default.replication.factor")];
  return isr !== undefined && factor !== undefined && factor > 1 && isr >= factor
    ? [at(view, "min.insync.replicas", `min.insync.replicas=${isr} of ${factor} replicas`)]
    : [];
};

/** What a producer may send, a broker takes, a follower fetches: each at least as much as the one before. */
const sizeChain: Find = (view, pipeline) => {
  const takes = view.number("message.max.bytes") ?? 1_048_588;
  const fetches = view.number("replica.fetch.max.bytes") ?? 1_048_576;
  const sends = [...pipeline.all("producer"), ...pipeline.all("connect-worker")]
    .map((each) => ({ each, bytes: each.number("max.request.size") ?? each.number("producer.max.request.size") ?? 0 }))
    .find(({ bytes }) => bytes > takes);
  return [
    ...(view.has("message.max.bytes") && fetches < takes - 12
      ? [at(view, "message.max.bytes", `message.max.bytes=${takes}, and replica.fetch.max.bytes=${fetches}`)]
      : []),
    ...(sends === undefined
      ? []
      : [
          at(
            view,
            "message.max.bytes",
            `messages of ${takes} bytes, and ${sends.each.document.file} sends ${sends.bytes}`,
          ),
        ]),
  ];
};

export const brokerRules: Checks = {
  "broker-zookeeper-mode": on(
    broker,
    (view) => {
      const zookeeper = view.get("zookeeper.connect");
      if (zookeeper !== undefined) return [says(zookeeper)];
      return kraft(view) || managed(view) ? [] : [{ key: "process.roles", told: "process.roles is not set" }];
    },
    { versions: { kafka: ">=4.0.0" } },
  ),
  "broker-controller-listener-missing": on(broker, controllerListener),
  "broker-removed-authorizer": on(
    broker,
    is("authorizer.class.name", /^kafka\.security\.(authorizer\.AclAuthorizer|auth\.SimpleAclAuthorizer)$/, {
      value: "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    }),
    { versions: { kafka: ">=4.0.0" } },
  ),
  "broker-inter-broker-protocol-without-listener": on(broker, interBroker),
  "broker-voters-and-bootstrap": on(
    broker,
    where((view) => view.has("controller.quorum.voters"), has("controller.quorum.bootstrap.servers")),
  ),
  "broker-id-in-kraft": on(broker, where(kraft, has("broker.id"))),
  "broker-internal-topics-rf1": on(broker, internalReplication, { only: "production" }),
  "broker-min-isr-equals-rf": on(broker, isrTooHigh),
  "broker-min-isr-one": on(
    broker,
    (view) =>
      (view.number("default.replication.factor") ?? 1) >= 3 && (view.number("min.insync.replicas") ?? 1) <= 1
        ? [at(view, "min.insync.replicas", "min.insync.replicas is 1")]
        : [],
    { only: "production" },
  ),
  "broker-default-rf-one": on(
    broker,
    (view) =>
      view.has("default.replication.factor") && view.number("default.replication.factor") !== 1
        ? []
        : [at(view, "default.replication.factor", "default.replication.factor is 1")],
    { only: "production" },
  ),
  "broker-unclean-election": on([...broker, "topic"], isTrue("unclean.leader.election.enable")),
  "broker-auto-create-on": on(
    broker,
    (view) =>
      view.isTrue("auto.create.topics.enable") || !view.has("auto.create.topics.enable")
        ? [at(view, "auto.create.topics.enable", "auto.create.topics.enable is true")]
        : [],
    { only: "production" },
  ),
  "broker-retention-bytes-cap": on(
    broker,
    is("log.retention.bytes", (value) => Number(value) >= 0 && Number(value) < 10_737_418_240),
  ),
  "broker-compression-recompress": on(
    broker,
    is("compression.type", (value) => value !== "producer"),
  ),
  "broker-log-dirs-tmp": on(broker, is(/^log\.dirs?$|^metadata\.log\.dir$/, /(^|,)\s*\/(var\/)?tmp(\/|$)/), {
    only: "production",
  }),
  "broker-flush-per-message": on(
    broker,
    is("log.flush.interval.messages", (value) => Number(value) < 10_000),
  ),
  "broker-message-size-chain": on(broker, sizeChain),
  "mm2-rf1": on(["mirror-maker"], is(/(^|\.)([\w.-]*\.)?replication\.factor$/, /^1$/), { only: "production" }),
};
