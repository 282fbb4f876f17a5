import { at, on } from "../ask.ts";
import { debezium, type Pipeline, sinks } from "../pipeline.ts";
import type { Checks, Find, Hit } from "../rule.ts";
import { isOpaque, type View } from "../view.ts";

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

export const converterRules: Checks = {
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
