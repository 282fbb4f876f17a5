import { at, on } from "../ask.ts";
import { connectors, debezium, type Pipeline, reads, sinks } from "../pipeline.ts";
import type { Checks, Find, Hit } from "../rule.ts";
import { isOpaque, type Transform, type View } from "../view.ts";

const unwrapOf = (view: View): Transform | undefined => view.transform("ExtractNewRecordState");

/** `rewrite` keeps a delete as a row; every other way ends in a null, which the sink leaves out. */
function losesDeletes(unwrap: Transform): boolean {
  const mode = unwrap.setting("delete.tombstone.handling.mode");
  return mode === undefined || (!isOpaque(mode.value) && !/^rewrite(-with-tombstone)?$/i.test(mode.value));
}

const removedKeys: Find = (view) =>
  view.transforms
    .filter(({ type }) => type?.endsWith(".ExtractNewRecordState") === true)
    .flatMap((unwrap) => [unwrap.setting("drop.tombstones"), unwrap.setting("delete.handling.mode")])
    .flatMap((setting) => (setting === undefined ? [] : [{ on: setting, told: `${setting.key} is set` }]));

/** An unwrapping whose records end in an Iceberg table: the sink's own, or a source's that feeds it. */
function unwrapsInto(view: View, pipeline: Pipeline): Transform | undefined {
  const unwrap = unwrapOf(view);
  if (unwrap === undefined) return undefined;
  return view.kind === "iceberg-sink" || pipeline.sinksOf(view, "iceberg-sink").length > 0 ? unwrap : undefined;
}

const deletesLost: Find = (view, pipeline) => {
  const unwrap = unwrapsInto(view, pipeline);
  if (unwrap === undefined || !losesDeletes(unwrap)) return [];
  const mode = unwrap.text("delete.tombstone.handling.mode") ?? "tombstone, the default";
  return [
    { on: unwrap.setting("delete.tombstone.handling.mode") ?? unwrap.on, told: `deletes are unwrapped as ${mode}` },
  ];
};

const noOrder: Find = (view, pipeline) => {
  const unwrap = unwrapsInto(view, pipeline);
  if (unwrap === undefined || (unwrap.setting("add.fields") !== undefined && unwrap.text("add.fields") === undefined))
    return [];
  const fields = unwrap.text("add.fields") ?? "";
  const ordered = /(^|,|:)\s*op\b/.test(fields) && /ts_(ms|us|ns)|gtid|\bpos\b|lsn/.test(fields);
  return ordered
    ? []
    : [{ on: unwrap.setting("add.fields") ?? unwrap.on, told: "unwrapped without the operation and its position" }];
};

const twice: Find = (view, pipeline) => {
  const again = unwrapOf(view) ?? view.transform("DebeziumTransform");
  const source = pipeline.sourcesOf(view).find((each) => unwrapOf(each) !== undefined);
  return again === undefined || source === undefined
    ? []
    : [{ on: again.on, told: `${again.alias} unwraps what ${source.document.file} has unwrapped already` }];
};

const envelopeRaw: Find = (view, pipeline) => {
  const [source] = pipeline.sourcesOf(view);
  const raw =
    unwrapOf(view) === undefined && view.transform("DebeziumTransform") === undefined && view.transforms.length === 0;
  return raw &&
    source !== undefined &&
    unwrapOf(source) === undefined &&
    view.isTrue("iceberg.tables.auto-create-enabled")
    ? [at(view, "iceberg.tables.auto-create-enabled", "whole envelopes reach tables that the sink makes")]
    : [];
};

/** Topics of a source that hold no rows, which a sink's pattern may take in. */
function otherTopics(source: View): string[] {
  const prefix = source.text("topic.prefix");
  if (prefix === undefined) return [];
  const heartbeat = source.text("topic.heartbeat.prefix") ?? "__debezium-heartbeat";
  const transactions = source.isTrue("provide.transaction.metadata") ? [`${prefix}.transaction`] : [];
  const changes =
    source.kind !== "postgres-source" && !/^false$/i.test(source.text("include.schema.changes") ?? "true")
      ? [prefix]
      : [];
  return [...changes, ...transactions, `${heartbeat}.${prefix}`];
}

const notRows: Find = (view, pipeline) => {
  const smt = unwrapOf(view) ?? view.transform("DebeziumTransform");
  const pattern = view.get("topics.regex") ?? view.get("topics");
  if (smt === undefined || pattern === undefined || smt.setting("predicate") !== undefined) return [];
  const taken = pipeline
    .sourcesOf(view)
    .flatMap(otherTopics)
    .find((topic) => reads(view, topic));
  return taken === undefined
    ? []
    : [{ on: pattern, told: `${pattern.key} takes in ${taken}, and ${smt.alias} has no predicate` }];
};

const mismatch: Find = (view, pipeline) =>
  (["key", "value"] as const).flatMap((part) => {
    const own = pipeline.converter(view, part);
    const differs = pipeline.sourcesOf(view).flatMap((source) => {
      const other = pipeline.converter(source, part);
      return other !== undefined && own !== undefined && simple(other.type) !== simple(own.type)
        ? [{ source, other }]
        : [];
    })[0];
    if (own === undefined || differs === undefined) return [];
    const told = `${part}.converter is ${simple(own.type)}, and ${simple(differs.other.type)} in ${differs.source.document.file}`;
    return [at(view, `${part}.converter`, told)];
  });

const schemasDiffer: Find = (view, pipeline) =>
  (["key", "value"] as const).flatMap((part): Hit[] => {
    const own = pipeline.converter(view, part);
    if (own === undefined || simple(own.type) !== "JsonConverter") return [];
    const key = `${part}.converter.schemas.enable`;
    const enabled = (from: typeof own) => (from.from.has(key) ? from.text("schemas.enable") : "true")?.toLowerCase();
    const source = pipeline.sourcesOf(view).find((each) => {
      const other = pipeline.converter(each, part);
      return (
        other !== undefined &&
        simple(other.type) === "JsonConverter" &&
        (enabled(other) ?? enabled(own)) !== (enabled(own) ?? enabled(other))
      );
    });
    return source === undefined
      ? []
      : [at(view, key, `${key} is ${enabled(own) ?? "?"}, and otherwise in ${source.document.file}`)];
  });

/** Whether a connector's values are JSON without schemas. */
function schemaless(view: View, pipeline: Pipeline): boolean {
  const converter = pipeline.converter(view, "value");
  return (
    converter !== undefined &&
    simple(converter.type) === "JsonConverter" &&
    /^false$/i.test(converter.text("schemas.enable") ?? "")
  );
}

const decimalBytes: Find = (view, pipeline) => {
  const mode = view.has("decimal.handling.mode") ? view.text("decimal.handling.mode") : "precise";
  const numeric = /^numeric$/i.test(pipeline.converter(view, "value")?.text("decimal.format") ?? "");
  return schemaless(view, pipeline) && /^precise$/i.test(mode ?? "") && !numeric
    ? [at(view, "value.converter.schemas.enable", "DECIMAL as bytes, without the schema that says so")]
    : [];
};

const inferred: Find = (view, pipeline) =>
  schemaless(view, pipeline) &&
  (view.isTrue("iceberg.tables.auto-create-enabled") || view.isTrue("iceberg.tables.evolve-schema-enabled"))
    ? [at(view, "value.converter.schemas.enable", "records without schemas make the tables")]
    : [];

const structKey: Find = (view, pipeline) => {
  const converter = pipeline.converter(view, "key");
  return converter !== undefined && simple(converter.type) === "StringConverter"
    ? [at(view, "key.converter", `keys go through StringConverter (${converter.from.document.file})`)]
    : [];
};

const nullAsDefault: Find = (view, pipeline) => {
  const converter = pipeline.converter(view, "value");
  if (converter === undefined || simple(converter.type) !== "JsonConverter") return [];
  // Records that other sources write need not carry defaults.
  if (view.kind === "iceberg-sink" && pipeline.sourcesOf(view).length === 0) return [];
  const flag = converter.from.get("value.converter.replace.null.with.default");
  if (flag !== undefined && (isOpaque(flag.value) || /^false$/i.test(flag.value))) return [];
  return [
    at(view, "value.converter.replace.null.with.default", "value.converter.replace.null.with.default is not false"),
  ];
};

const temporal: Find = (view, pipeline) => {
  const mode = view.get("time.precision.mode");
  const fine = mode !== undefined && (isOpaque(mode.value) || /^(connect|isostring)$/i.test(mode.value));
  return !fine && pipeline.sinksOf(view, "iceberg-sink").length > 0
    ? [
        at(
          view,
          "time.precision.mode",
          `time.precision.mode is ${mode?.value ?? "adaptive_time_microseconds, the default"}`,
        ),
      ]
    : [];
};

const decimal38: Find = (view, pipeline) => {
  const precise = (source: View) =>
    !source.has("decimal.handling.mode") || source.text("decimal.handling.mode") === "precise";
  const source = pipeline.sourcesOf(view).find((each) => precise(each) && !schemaless(view, pipeline));
  return source !== undefined && view.isTrue("iceberg.tables.auto-create-enabled")
    ? [at(view, "iceberg.tables.auto-create-enabled", "DECIMAL columns reach tables that the sink makes")]
    : [];
};

export const shapeRules: Checks = {
  "smt-extractnewrecordstate-removed-keys": on(connectors, removedKeys, { versions: { debezium: ">=3.2.0" } }),
  "smt-unwrap-loses-deletes": on(connectors, deletesLost),
  "smt-unwrap-without-ordering-fields": on(connectors, noOrder),
  "smt-double-unwrap": on(sinks, twice),
  "smt-envelope-to-iceberg-raw": on(["iceberg-sink"], envelopeRaw),
  "smt-on-non-dml-topics": on(sinks, notRows),
  "converter-mismatch-source-sink": on(sinks, mismatch),
  "json-schemas-enable-mismatch": on(sinks, schemasDiffer),
  "json-schemaless-decimal": on(debezium, decimalBytes),
  "json-schemaless-iceberg-types": on(["iceberg-sink"], inferred),
  "source-struct-key-with-stringconverter": on(debezium, structKey),
  "null-becomes-column-default": on([...debezium, "iceberg-sink"], nullAsDefault),
  "temporal-type-becomes-long": on(debezium, temporal),
  "decimal-becomes-38": on(["iceberg-sink"], decimal38),
};

/** A class without its package, as Connect takes it, too. */
function simple(type: string): string {
  const name = type.split(".").at(-1) ?? type;
  return name.endsWith("Converter") ? name : `${name}Converter`;
}
