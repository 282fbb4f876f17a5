import type { Definitions } from "./definitions.ts";
import type { Document, Kind } from "./document.ts";
import { dialect } from "./java-regex.ts";
import { isOpaque, listOf, View } from "./view.ts";

export const debezium: readonly Kind[] = ["mysql-source", "mariadb-source", "postgres-source", "sqlserver-source"];
export const sinks: readonly Kind[] = ["iceberg-sink", "s3-sink", "sink"];
export const sources: readonly Kind[] = [...debezium, "source"];
export const connectors: readonly Kind[] = [...sources, ...sinks, "connector"];

/** A converter as a connector uses it: its own, or the worker's. */
export interface Converter {
  readonly type: string;
  readonly from: View;
  text(name: string): string | undefined;
}

/** Documents that belong together, and what they are judged for. */
export class Pipeline {
  readonly views: readonly View[];
  readonly definitions: Definitions;
  readonly target: "production" | "local";
  readonly #brokers: number | undefined;

  constructor(options: {
    readonly documents: readonly Document[];
    readonly definitions: Definitions;
    readonly target: "production" | "local";
    readonly brokers?: number | undefined;
  }) {
    this.views = options.documents.map((document) => new View(document));
    this.definitions = options.definitions;
    this.target = options.target;
    this.#brokers = options.brokers;
  }

  all(...kinds: readonly Kind[]): readonly View[] {
    return this.#once(`all ${kinds.join()}`, () => this.views.filter(({ kind }) => kinds.includes(kind)));
  }

  /** Another document of these kinds with the same answer: no two may share it. */
  sharing(
    view: View,
    kinds: readonly Kind[],
    name: string,
    answer: (of: View) => string | undefined,
  ): View | undefined {
    const own = answer(view);
    const all = this.#once(`sharing ${kinds.join()} ${name}`, () => Map.groupBy(this.all(...kinds), answer));
    return own === undefined ? undefined : all.get(own)?.find((other) => other !== view);
  }

  /** Another document of these kinds with the same value of a key. */
  sharingKey(view: View, kinds: readonly Kind[], key: string): View | undefined {
    return this.sharing(view, kinds, key, (of) => of.text(key));
  }

  readonly #answers = new Map<string, unknown>();

  /** Reckoned once for each pipeline: five hundred documents ask for the same. */
  #once<T>(question: string, answer: () => T): T {
    if (!this.#answers.has(question)) this.#answers.set(question, answer());
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a question has one type of answer
    return this.#answers.get(question) as T;
  }

  /** How many brokers there are, where that is known; a laptop has one. */
  get brokers(): number | undefined {
    const told = this.views.flatMap(({ document }) => document.brokers ?? [])[0];
    const files = this.all("broker").length;
    if (this.#brokers !== undefined) return this.#brokers;
    return told ?? (files > 1 ? files : this.target === "local" ? 1 : undefined);
  }

  /** The one worker's settings; none where there are several or no files of them. */
  get worker(): View | undefined {
    const workers = this.all("connect-worker");
    return workers.length === 1 ? workers[0] : undefined;
  }

  /** A topic's settings, by its name. */
  topic(name: string | undefined): View | undefined {
    return name === undefined ? undefined : this.all("topic").find(({ document }) => document.name === name);
  }

  /** The sinks that read what a source writes. */
  sinksOf(source: View, kind?: Kind): View[] {
    return (this.#fed.get(source) ?? []).filter((sink) => kind === undefined || sink.kind === kind);
  }

  sourcesOf(sink: View): readonly View[] {
    return this.#feeding.get(sink) ?? [];
  }

  get #fed(): ReadonlyMap<View, readonly View[]> {
    const fits = (source: View) => this.all(...sinks).filter((sink) => this.feeds(source, sink));
    return this.#once("fed", () => new Map(this.all(...debezium).map((source) => [source, fits(source)])));
  }

  get #feeding(): ReadonlyMap<View, readonly View[]> {
    const fits = (sink: View) => [...this.#fed].flatMap(([source, fed]) => (fed.includes(sink) ? [source] : []));
    return this.#once("feeding", () => new Map(this.all(...sinks).map((sink) => [sink, fits(sink)])));
  }

  feeds(source: View, sink: View): boolean {
    const prefix = source.text("topic.prefix");
    const topics = sink.get("topics") ?? sink.get("topics.regex");
    // What cannot be read may fit: with one of each there is nothing else for them to be.
    if (prefix === undefined || topics === undefined || isOpaque(topics.value) || renamesTopics(source))
      return this.all(...debezium).length === 1 || topics === undefined;
    return topicsFrom(source).some((topic) => reads(sink, topic)) || namesPrefix(sink, topics.value, prefix);
  }

  /** The converter that a connector's keys or values go through. */
  converter(view: View, part: "key" | "value"): Converter | undefined {
    const name = `${part}.converter`;
    const from = view.has(name) ? view : this.worker;
    const type = from?.text(name);
    if (from === undefined || type === undefined) return undefined;
    return { type, from, text: (key) => from.text(`${name}.${key}`) };
  }
}

/** Whether a transform gives a source's topics other names, which are not reckoned here. */
export function renamesTopics(source: View): boolean {
  return (
    source.has("topic.naming.strategy") ||
    source.transforms.some(({ type }) => /(Regex|Timestamp|ByLogicalTable|Event)Router$/.test(type ?? ""))
  );
}

/** What a sink reads, made ready to be asked. */
interface Taken {
  readonly names: ReadonlySet<string>;
  readonly pattern: RegExp | undefined;
}
const takenBy = new WeakMap<View, Taken>();
const writtenBy = new WeakMap<View, readonly string[]>();

/** Whether a sink's `topics` or `topics.regex` takes a topic in. */
export function reads(sink: View, topic: string): boolean {
  const { names, pattern } = remembered(takenBy, sink, () => {
    const regex = sink.text("topics.regex");
    return {
      names: new Set(sink.list("topics")),
      pattern: regex === undefined ? undefined : dialect(`^(?:${regex})$`),
    };
  });
  return names.has(topic) || pattern?.test(topic) === true;
}

export const defaultControlTopic = "control-iceberg";

/** An Iceberg sink's control topic; undefined where it is not known. */
export function controlTopicOf(sink: View): string | undefined {
  return sink.has("iceberg.control.topic") ? sink.text("iceberg.control.topic") : defaultControlTopic;
}

/** The topics of a Debezium source, as far as its include lists name tables. */
export function topicsFrom(source: View): readonly string[] {
  return remembered(writtenBy, source, () => {
    const prefix = source.text("topic.prefix");
    return prefix === undefined ? [] : tablesOf(source).map((table) => `${prefix}.${table}`);
  });
}

function remembered<T>(store: WeakMap<View, T>, view: View, reckon: () => T): T {
  const known = store.get(view) ?? reckon();
  store.set(view, known);
  return known;
}

/** Tables that an include list names, not by patterns: `db\\.table` is `db.table`. */
export function tablesOf(source: View): string[] {
  const plain = (item: string) => item.replaceAll(/\\+\./g, ".").replaceAll("[.]", ".");
  const tables = source.list("table.include.list").map(plain);
  const databases = [...source.list("database.include.list"), ...source.list("schema.include.list")].map(plain);
  const listed = tables.length > 0 ? tables : databases.map((database) => `${database}.some_table`);
  // SQL Server's tables are listed as schema.table, and their topics begin with the database.
  const named =
    source.kind === "sqlserver-source"
      ? source.list("database.names").flatMap((database) => listed.map((table) => `${database}.${table}`))
      : listed;
  return named
    .map((table) => table.replaceAll(/\.[*+]|\[[^\]]*\][*+]?/g, "some_table"))
    .filter((table) => /^[\w$.-]+$/.test(table));
}

const beginningsOf = new WeakMap<View, readonly string[]>();

/** Whether a sink's topics, patterns read as names, begin with a source's prefix. */
function namesPrefix(sink: View, topics: string, prefix: string): boolean {
  const beginnings = remembered(beginningsOf, sink, () =>
    listOf(topics.replaceAll(/\\+\./g, ".").replaceAll(/[()^]/g, "").replaceAll("|", ",")),
  );
  return beginnings.some((topic) => topic === prefix || topic.startsWith(`${prefix}.`));
}
