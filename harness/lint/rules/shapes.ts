import { at, on } from "../ask.ts";
import { connectors, type Pipeline, reads, sinks } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
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

export const shapeRules: Checks = {
  "smt-extractnewrecordstate-removed-keys": on(connectors, removedKeys, { versions: { debezium: ">=3.2.0" } }),
  "smt-unwrap-loses-deletes": on(connectors, deletesLost),
  "smt-unwrap-without-ordering-fields": on(connectors, noOrder),
  "smt-double-unwrap": on(sinks, twice),
  "smt-envelope-to-iceberg-raw": on(["iceberg-sink"], envelopeRaw),
  "smt-on-non-dml-topics": on(sinks, notRows),
};
