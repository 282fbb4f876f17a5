import { any, at, has, is, isAbove, isBelow, on, says } from "../ask.ts";
import { connectors, debezium, type Pipeline } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const worker = ["connect-worker"] as const;
const standalone = (view: View) => view.has("offset.storage.file.filename");

const always = ["bootstrap.servers", "key.converter", "value.converter"];
const distributed = ["group.id", "config.storage.topic", "offset.storage.topic", "status.storage.topic"];

const requiredMissing: Find = (view) => {
  // The platform writes these itself.
  if (view.document.platform !== undefined) return [];
  const needed = standalone(view) ? always : [...always, ...distributed];
  return needed.filter((key) => !view.has(key)).map((key) => ({ key, told: `${key} is not set` }));
};

const replication: Find = (view, { brokers, target }) =>
  view.matching(/^(config|offset|status)\.storage\.replication\.factor$/).flatMap((setting) => {
    const factor = view.number(setting.key);
    if (factor === undefined || factor === -1) return [];
    if (brokers !== undefined && factor > brokers) return [says(setting, ` with ${brokers} brokers`)];
    return target === "production" && factor < 3 ? [says(setting)] : [];
  });

const collision: Find = (view, pipeline) =>
  ["group.id", "config.storage.topic", "offset.storage.topic", "status.storage.topic"].flatMap((key) => {
    const value = view.text(key);
    const other = pipeline.sharingKey(view, worker, key);
    // Workers of one cluster share all of it; two clusters share nothing.
    if (value === undefined || other === undefined || sameCluster(view, other)) return [];
    return [at(view, key, `${key}=${value} is ${other.document.file}'s, too`)];
  });

function sameCluster(view: View, other: View): boolean {
  return [...distributed].every((key) => view.text(key) === other.text(key));
}

/** The topics of the worker's own, among the topics that are described. */
function ownTopic(what: "config" | "offset" | "status", view: View, pipeline: Pipeline): boolean {
  return (
    pipeline.all("connect-worker").some((each) => each.text(`${what}.storage.topic`) === view.document.name) ||
    new RegExp(`^(connect|_connect|__connect)[-_.]?(.*[-_.])?${what}(s|es)?$`).test(view.document.name ?? "")
  );
}

const openRest: Find = (view) => {
  const origin = view.get("access.control.allow.origin");
  const listeners = view.get("listeners");
  const open = listeners !== undefined && /^https?:\/\/(0\.0\.0\.0)?:\d+/.test(listeners.value);
  return [
    ...(origin?.value.trim() === "*" ? [says(origin)] : []),
    ...(open && !view.has("rest.extension.classes") ? [says(listeners)] : []),
  ];
};

const example: Find = (view) => {
  const local = /^(localhost|127\.0\.0\.1):9092$/.test(view.text("bootstrap.servers") ?? "");
  return view.text("group.id") === "connect-cluster" && local
    ? [at(view, "group.id", "the example that comes with Kafka")]
    : [];
};

const sessionShort: Find = (view) => {
  const session = view.get("session.timeout.ms");
  const beat = view.number("heartbeat.interval.ms") ?? 3000;
  return session !== undefined && (view.number(session.key) ?? Number.POSITIVE_INFINITY) < 3 * beat
    ? [says(session, ` with a heartbeat every ${beat} ms`)]
    : [];
};

export const workerRules: Checks = {
  "worker-missing-required": on(worker, requiredMissing),
  "worker-env-var-in-properties": on(worker, has(/^[A-Z][A-Z0-9_]+$/)),
  "worker-internal-topic-rf": on(worker, replication),
  "worker-internal-topics-collide": on(worker, collision),
  "worker-config-topic-shape": on(["topic"], (view, pipeline) =>
    ownTopic("config", view, pipeline)
      ? any(
          is("partitions", (value) => Number(value) !== 1),
          is("cleanup.policy", (value) => value !== "compact"),
        )(view, pipeline)
      : [],
  ),
  "worker-offset-topic-not-compacted": on(["topic"], (view, pipeline) =>
    ownTopic("offset", view, pipeline) || ownTopic("status", view, pipeline)
      ? is("cleanup.policy", /delete/)(view, pipeline)
      : [],
  ),
  "worker-offset-flush-interval": on(
    worker,
    any(isAbove("offset.flush.interval.ms", 60_000), isBelow("offset.flush.interval.ms", 1000)),
    { only: "production" },
  ),
  "worker-standalone-prod": on(worker, has("offset.storage.file.filename"), { only: "production" }),
  "worker-plugin-path-missing": on(worker, (view) =>
    view.has("plugin.path") || view.document.platform !== undefined
      ? []
      : [{ key: "plugin.path", told: "plugin.path is not set" }],
  ),
  "worker-eos-not-enabled": on(worker, (view, pipeline) => {
    const asks = pipeline.all(...connectors).find((each) => each.text("exactly.once.support") === "required");
    const enabled = view.get("exactly.once.source.support");
    return asks === undefined || (enabled !== undefined && (view.text(enabled.key) ?? "enabled") === "enabled")
      ? []
      : [at(view, "exactly.once.source.support", `${asks.document.file} requires exactly-once`)];
  }),
  "worker-internal-converter-removed": on(worker, has(/^internal\.(key|value)\.converter(\.|$)/)),
  "worker-session-timeout": on(worker, sessionShort),
  "worker-rebalance-delay": on(
    worker,
    (view) =>
      view.has("scheduled.rebalance.max.delay.ms") && (view.number("scheduled.rebalance.max.delay.ms") ?? 0) < 300_000
        ? []
        : [at(view, "scheduled.rebalance.max.delay.ms", "tasks wait five minutes for a worker that died")],
    { only: "local" },
  ),
  "worker-json-schemas-default": on(worker, (view) =>
    ["key", "value"].flatMap((part) =>
      view.endsWith(`${part}.converter`, "JsonConverter") && !view.has(`${part}.converter.schemas.enable`)
        ? [at(view, `${part}.converter`, `${part}.converter.schemas.enable is not set`)]
        : [],
    ),
  ),
  "worker-string-key-converter-with-debezium": on(worker, (view, pipeline) => {
    const source = pipeline.all(...debezium).find((each) => !each.has("key.converter"));
    const converter = view.get("key.converter");
    return source !== undefined && converter !== undefined && converter.value.endsWith("StringConverter")
      ? [says(converter, `, and ${source.document.file} has no key.converter`)]
      : [];
  }),
  "worker-rest-open": on(worker, openRest, { only: "production" }),
  "worker-example-file": on(worker, example, { only: "production" }),
};
