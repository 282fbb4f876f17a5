import type { Block, Format, Place, Problem, Setting, Span } from "../document.ts";
import { at, type Entry, type MapTree, type Tree, textAt } from "./tree.ts";

/** What the shapes of one file are read with. */
export interface Shaping {
  readonly file: string;
  readonly format: Format;
  readonly text: string;
  readonly place: (offset: number) => Place;
  readonly problems: Problem[];
}

interface Parts {
  readonly entries: readonly Entry[];
  readonly tree: Tree;
  readonly shaping: Shaping;
  readonly name?: string | undefined;
  readonly shape?: Block["shape"];
  readonly platform?: Block["platform"];
  readonly brokers?: number | undefined;
}

/** Entries as settings. `_floe` is for us, not a setting. */
export function blockOf({ entries, tree, shaping, ...rest }: Parts): Block {
  const { file, format, place, problems } = shaping;
  const settings = new Map<string, Setting>();
  const off: string[] = [];
  for (const each of entries) {
    if (each.key === "_floe") {
      const list = at(each.value, "off");
      off.push(...(list?.type === "list" ? list.items.flatMap((item) => textAt(item) ?? []) : []));
      continue;
    }
    const setting = settingOf(each, shaping);
    if (setting.type === "null") continue;
    settings.set(each.key, setting);
    if (setting.type === "nested")
      problems.push({
        rule: "value-invalid",
        file,
        at: setting.at,
        key: each.key,
        told: `${each.key} holds a ${each.value.type}; Connect takes text, a number, true or false`,
      });
  }
  return { file, format, settings, at: place(tree.span.start), off, ...rest };
}

function settingOf({ key, keySpan, value }: Entry, { file, place, text }: Shaping): Setting {
  const type = value.type !== "scalar" ? "nested" : value.value === null ? "null" : wordFor(value.value);
  // 123456789012345678901 is not what JavaScript makes of it.
  const written = value.type === "scalar" ? (type === "number" ? value.source : String(value.value)) : "";
  const span = quoted(keySpan, text);
  const valueSpan: Span = value.span;
  return {
    key,
    value: written,
    type,
    file,
    keyAt: place(span.start),
    at: place(valueSpan.start),
    keySpan: span,
    valueSpan,
  };
}

function wordFor(value: string | number | boolean): "text" | "number" | "boolean" {
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
}

function quoted(span: Span, text: string): Span {
  return text.slice(span.start, span.end).trimEnd().length === span.end - span.start
    ? span
    : { start: span.start, end: span.start + text.slice(span.start, span.end).trimEnd().length };
}

/** A topic: its settings, and `partitions` and `replication.factor` whatever the file calls them. */
export function topicBlock({
  tree,
  name,
  shaping,
}: {
  tree: MapTree;
  name: string | undefined;
  shaping: Shaping;
}): Block {
  const own = tree.entries.flatMap((each) => {
    const key = topicWords.get(each.key);
    return key === undefined ? [] : [{ ...each, key }];
  });
  const config = at(tree, "config") ?? at(tree, "configs");
  const settings = config?.type === "map" ? config.entries : tree.entries.filter(({ key }) => key.includes("."));
  return blockOf({ entries: [...own, ...settings], tree, shaping, name, shape: "topic" });
}

const topicWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    partitions: "partitions",
    numPartitions: "partitions",
    replicas: "replication.factor",
    replicationFactor: "replication.factor",
    "replication-factor": "replication.factor",
    replication_factor: "replication.factor",
  }),
);
