import { at, has, is, isNot, isTrue, on, says, where } from "../ask.ts";
import { connectors, debezium, sinks } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import { isSecret } from "../secret.ts";
import { isOpaque } from "../view.ts";
import { pluginConverters } from "./plugins.ts";

const everywhere = [...connectors, "connect-worker"] as const;

/** Names that connectors and transforms themselves put values in for, in names of topics, tables and files. */
const filledLater = /\$\{(topic|timestamp|routedByValue|partition|start_offset|key|source\.\w+)\}/g;

/** `${VAR}` and `{{ .Values.x }}`: a shell's or Helm's, which Connect takes literally. */
const shellPlaceholder: Find = (view) =>
  view.settings
    .filter(
      ({ key, value }) =>
        /\$\{[^}:]*\}/.test(value.replace(filledLater, "")) ||
        (/\{\{.*\}\}/.test(value) && !/template|format/.test(key)),
    )
    .map((setting) => ({ on: setting, told: `${setting.key} holds a placeholder that nothing resolves` }));

const providerUndeclared: Find = (view, { worker }) => {
  if (worker === undefined || worker.document.platform === "strimzi") return [];
  const declared = worker.list("config.providers");
  return view.settings.flatMap((setting) =>
    [...setting.value.matchAll(/\$\{([^}:]+):/g)]
      .map(([, provider = ""]) => provider)
      // `${floe:…}` is put in before Connect sees the file.
      .filter((provider) => provider !== "floe" && !declared.includes(provider))
      .map((provider) => ({
        on: setting,
        told: `${setting.key} asks the provider ${provider}, which the worker lacks`,
      })),
  );
};

const plaintextSecret: Find = (view) =>
  view.settings
    .filter(({ key, value }) => isSecret(key) && value !== "" && !/^(true|false|\d+)$/.test(value) && !isOpaque(value))
    .filter(({ key }) => !/\.(type|class|enabled?|mode|columns?|location|name|provider)$/.test(key))
    .map((setting) => ({ on: setting, told: `${setting.key} is written out` }));

const converterProperties: Find = (view) =>
  view.matching(/^(key|value|header)\.converter\.(?!plugin\.version)/).flatMap((setting) => {
    const [, converter = ""] = /^(\w+\.converter)\./.exec(setting.key) ?? [];
    return view.has(converter) ? [] : [{ on: setting, told: `${setting.key} without ${converter}` }];
  });

const converterUnknown: Find = (view, { definitions }) =>
  view.matching(/^(key|value|header)\.converter$/).flatMap((setting) => {
    const name = setting.value.trim();
    if (isOpaque(name) || shipped(name, definitions.classes())) return [];
    const severity = pluginConverters.test(name) ? { severity: "warn" as const } : {};
    return [{ ...says(setting, ", which is not part of Connect"), ...severity }];
  });

function shipped(name: string, classes: readonly string[]): boolean {
  const simple = (full: string) => full.split(".").at(-1) ?? full;
  const all = [
    ...classes,
    "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    "io.debezium.converters.ByteArrayConverter",
  ];
  return all.some((full) => full === name || simple(full) === name || simple(full).replace(/Converter$/, "") === name);
}

const aliasWithoutType: Find = (view) => {
  const listed = view.list("transforms");
  if (view.get("transforms") !== undefined && view.text("transforms") === undefined) return [];
  const withoutType = listed
    .filter((alias) => !view.has(`transforms.${alias}.type`))
    .map((alias) => at(view, "transforms", `transforms lists ${alias}, and transforms.${alias}.type is not set`));
  const orphans = view
    .matching(/^transforms\.[^.]+\.type$/)
    .filter(({ key }) => !listed.includes(key.split(".")[1] ?? ""));
  return [
    ...withoutType,
    ...orphans.map((setting) => ({ on: setting, told: `${setting.key} is set, and transforms does not list it` })),
  ];
};

const predicateUndefined: Find = (view) =>
  view
    .matching(/^transforms\.[^.]+\.predicate$/)
    .filter(({ value }) => !isOpaque(value) && !view.list("predicates").includes(value.trim()))
    .map((setting) => says(setting, ", which predicates does not list"));

const overrideDenied: Find = (view, { worker }) => {
  const policy = worker?.text("connector.client.config.override.policy");
  if (worker === undefined || policy === undefined || /^(All|.*AllConnectorClientConfigOverridePolicy)$/.test(policy))
    return [];
  const allowed = worker.list("connector.client.config.override.allowlist");
  const principal = /Principal/.test(policy);
  return view
    .matching(/^(producer|consumer|admin)\.override\./)
    .filter(({ key }) => {
      const name = key.replace(/^\w+\.override\./, "");
      return !(allowed.includes(name) || (principal && /^(sasl\.|security\.protocol)/.test(name)));
    })
    .map((setting) => ({ on: setting, told: `${setting.key} under the worker's override policy ${policy}` }));
};

export const connectRules: Checks = {
  "unresolved-placeholder": on(everywhere, shellPlaceholder),
  "config-provider-undeclared": on(connectors, providerUndeclared),
  "plaintext-secret": on([...everywhere, "producer", "consumer"], plaintextSecret, { only: "production" }),
  "tasks-max-invalid": on(connectors, isNot("tasks.max", /^0*[1-9]\d*$/)),
  "converter-props-without-class": on(connectors, converterProperties),
  "converter-class-not-installed": on(everywhere, converterUnknown),
  "transform-alias-without-type": on(connectors, aliasWithoutType),
  "transform-predicate-undefined": on(connectors, predicateUndefined),
  "errors-tolerance-invalid": on(connectors, isNot("errors.tolerance", /^(none|all)$/i)),
  "errors-log-payload": on(connectors, isTrue("errors.log.include.messages")),
  "errors-retry-timeout-misspelt": on(connectors, has("errors.retry.timeout.ms", { key: "errors.retry.timeout" })),
  "override-policy-denied": on(connectors, overrideDenied),
  "sink-tolerance-all-no-dlq": on(
    sinks,
    where((view) => !view.has("errors.deadletterqueue.topic.name"), is("errors.tolerance", /^all$/i)),
  ),
  "dlq-context-headers-off": on(
    sinks,
    where(
      (view) => view.isNotTrue("errors.deadletterqueue.context.headers.enable"),
      has("errors.deadletterqueue.topic.name"),
    ),
  ),
  "dlq-replication-factor": on(sinks, (view, { brokers }) => {
    const dlq = view.get("errors.deadletterqueue.topic.name");
    const factor = view.get("errors.deadletterqueue.topic.replication.factor");
    if (dlq === undefined || dlq.value === "") return [];
    if (factor === undefined) {
      const severity = brokers !== undefined && brokers < 3 ? "error" : "warn";
      return [{ on: dlq, told: "a dead letter queue without a replication factor of its own (default 3)", severity }];
    }
    const number = view.number(factor.key);
    return brokers !== undefined && number !== undefined && number > brokers
      ? [says(factor, ` with ${brokers} brokers`)]
      : [];
  }),
  "sink-topics-and-regex": on(sinks, (view) => {
    const [topics, regex] = [view.get("topics"), view.get("topics.regex")];
    if (topics !== undefined && regex !== undefined)
      return [{ on: regex, told: "topics and topics.regex are both set" }];
    return topics === undefined && regex === undefined
      ? [{ key: "topics", told: "neither topics nor topics.regex is set" }]
      : [];
  }),
  "dbz-errors-tolerance-all-source": on(debezium, (view, { worker }) => {
    const tolerance = view.get("errors.tolerance");
    const exactlyOnce =
      view.text("exactly.once.support") === "required" || worker?.text("exactly.once.source.support") === "enabled";
    return tolerance === undefined || !/^all$/i.test(tolerance.value) || exactlyOnce ? [] : [says(tolerance)];
  }),
  "dbz-dlq-on-source": on(debezium, has(/^errors\.deadletterqueue\./)),
};
