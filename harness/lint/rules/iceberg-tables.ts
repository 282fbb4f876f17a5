import { any, at, both, has, is, isNotTrue, isTrue, on, says, where } from "../ask.ts";
import { reads, topicsFrom } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import { isOpaque, listOf, type View } from "../view.ts";

const iceberg = ["iceberg-sink"] as const;
const dynamic = (view: View) => view.isTrue("iceberg.tables.dynamic-enabled");
const routed = (view: View) => view.has("iceberg.tables.route-field");
const autoCreates = (view: View) => view.isTrue("iceberg.tables.auto-create-enabled");

const severalTables: Find = (view) => {
  const tables = view.get("iceberg.tables");
  return tables !== undefined && view.list("iceberg.tables").length > 1 && !routed(view) && !dynamic(view)
    ? [says(tables)]
    : [];
};

const unmatched: Find = (view) => {
  const field = view.get("iceberg.tables.route-field");
  const tables = view.list("iceberg.tables");
  if (field === undefined || dynamic(view) || tables.length === 0) return [];
  const pattern = (table: string) => view.text(`iceberg.table.${table}.route-regex`);
  const open = view.has(...tables.map((table) => `iceberg.table.${table}.route-regex`))
    ? !tables.some((table) => /^\.[*+]$/.test(pattern(table) ?? ""))
    : true;
  return open ? [says(field, ", and no table takes what no pattern matches")] : [];
};

const manyTopics: Find = (view, pipeline) => {
  const tables = view.list("iceberg.tables");
  const topics = view.get("topics") ?? view.get("topics.regex");
  if (tables.length !== 1 || routed(view) || topics === undefined || isOpaque(topics.value)) return [];
  const produced = pipeline
    .sourcesOf(view)
    .flatMap(topicsFrom)
    .filter((topic) => reads(view, topic));
  const several =
    topics.key === "topics" ? listOf(topics.value).length > 1 : produced.length > 1 || /[*+|]/.test(topics.value);
  return several ? [says(topics, `, all into ${tables[0] ?? ""}`)] : [];
};

/** `year(c)`, `bucket(c, 16)`, a column: what the sink's parser takes. */
const partitionPattern =
  /^([\w.]+|(year|month|day|hour|identity|years|months|days|hours|void)\(\s*[\w.]+\s*\)|(bucket|truncate)\(\s*[\w.]+\s*,\s*\d+\s*\))$/i;

const badPartition: Find = (view) =>
  view.matching(/^iceberg\.tables\.default-partition-by$|^iceberg\.table\..+\.partition-by$/).flatMap((setting) => {
    const parts = isOpaque(setting.value) ? [] : setting.value.split(/,(?![^(]*\))/).map((part) => part.trim());
    const bad = parts.find((part) => part !== "" && !partitionPattern.test(part));
    return bad === undefined ? [] : [says(setting, `: ${bad} is no partition transform`)];
  });

/** Day and hour of a column that Debezium's own time types make a number. */
const timeOnLong: Find = (view, pipeline) => {
  const source = pipeline.sourcesOf(view).find((each) => {
    const mode = each.has("time.precision.mode") ? each.text("time.precision.mode") : "adaptive_time_microseconds";
    return mode !== undefined && !/^connect$/i.test(mode);
  });
  if (source === undefined) return [];
  return view
    .matching(/^iceberg\.tables\.default-partition-by$|^iceberg\.table\..+\.partition-by$/)
    .filter(({ value }) => /\b(years?|months?|days?|hours?)\(\s*(?!_cdc\.|_kafka)/i.test(value))
    .map((setting) => says(setting, `, and ${source.document.file} writes times as numbers`));
};

const lowered: Find = (view, pipeline) => {
  const pattern = view.transforms.map((each) => each.setting("cdc.target.pattern")).find((each) => each !== undefined);
  const upper = pipeline
    .sourcesOf(view)
    .flatMap(topicsFrom)
    .find((topic) => /[A-Z]/.test(topic.split(".").slice(1).join(".")));
  const written = pattern !== undefined && /[A-Z]/.test(pattern.value) ? pattern : undefined;
  if (!dynamic(view) || (upper === undefined && written === undefined)) return [];
  const key = "iceberg.tables.dynamic-enabled";
  return [written === undefined ? at(view, key, `${upper ?? ""} is routed by its name in lower case`) : says(written)];
};

export const icebergTables: Checks = {
  "iceberg-tabular-class": on(
    ["iceberg-sink", "sink", "connector"],
    any(is("connector.class", /^io\.tabular\./), is(/^transforms\.[^.]+\.type$/, /^io\.tabular\./)),
  ),
  "iceberg-tables-missing": on(
    iceberg,
    where(
      (view) => view.isNotTrue("iceberg.tables.dynamic-enabled") && !view.has("iceberg.tables"),
      () => [{ key: "iceberg.tables", told: "neither iceberg.tables nor iceberg.tables.dynamic-enabled is set" }],
    ),
  ),
  "iceberg-tables-and-dynamic": on(iceberg, where(dynamic, both("iceberg.tables.dynamic-enabled", "iceberg.tables"))),
  "iceberg-dynamic-without-route-field": on(
    iceberg,
    where((view) => dynamic(view) && !routed(view), has("iceberg.tables.dynamic-enabled")),
  ),
  "iceberg-dynamic-missing-table-dropped": on(iceberg, where(dynamic, isNotTrue("iceberg.tables.auto-create-enabled"))),
  "iceberg-dynamic-lowercases": on(iceberg, lowered),
  "iceberg-multi-table-without-route": on(iceberg, severalTables),
  "iceberg-route-no-match-dropped": on(iceberg, unmatched),
  "iceberg-one-table-many-topics": on(iceberg, manyTopics),
  "iceberg-cdc-upsert-noop": on(
    iceberg,
    has(/^iceberg\.tables\.(cdc-field|upsert-mode-enabled|cdcField)$|^iceberg\.tables?\..*cdc-?field$/i),
  ),
  "iceberg-append-only-cdc": on(iceberg, (view, pipeline) =>
    pipeline
      .sourcesOf(view)
      .map((source) => at(view, "connector.class", `changes of ${source.document.file} are appended`))
      .slice(0, 1),
  ),
  "iceberg-id-columns-noop": on(iceberg, has(/^iceberg\.tables\.default-id-columns$|^iceberg\.table\..+\.id-columns$/)),
  "iceberg-auto-create-no-partition": on(
    iceberg,
    where(
      (view) => autoCreates(view) && view.matching(/partition-by$/).length === 0,
      has("iceberg.tables.auto-create-enabled"),
    ),
  ),
  "iceberg-partition-spec-unresolvable": on(iceberg, badPartition),
  "iceberg-partition-time-on-long": on(iceberg, timeOnLong),
  "iceberg-auto-create-required-columns": on(
    iceberg,
    where(autoCreates, isNotTrue("iceberg.tables.schema-force-optional")),
  ),
  "iceberg-evolve-schema-off": on(iceberg, isNotTrue("iceberg.tables.evolve-schema-enabled")),
  "iceberg-evolve-schema-limits": on(iceberg, isTrue("iceberg.tables.evolve-schema-enabled")),
  "iceberg-commit-branch-missing": on(
    iceberg,
    has(/^iceberg\.tables\.default-commit-branch$|^iceberg\.table\..+\.commit-branch$/),
  ),
};
