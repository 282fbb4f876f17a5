/** Where something stands in a file: both from 1, as editors count. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A piece of a file's text, by offset. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One key and its value, with the places a person would edit. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  /** How the file spells the value: a number is taken by Connect, a map is not. */
  readonly type: "text" | "number" | "boolean" | "null" | "nested";
  readonly file: string;
  readonly keyAt: Place;
  readonly at: Place;
  readonly keySpan: Span;
  readonly valueSpan: Span;
}

/** What a document is: a connector of a kind, or what stands around one. */
export const kinds = [
  "mysql-source",
  "mariadb-source",
  "postgres-source",
  "sqlserver-source",
  "source",
  "iceberg-sink",
  "s3-sink",
  "sink",
  "connector",
  "connect-worker",
  "broker",
  "topic",
  "producer",
  "consumer",
  "mirror-maker",
  "mysql-server",
  "postgres-server",
  "build-file",
] as const;
export type Kind = (typeof kinds)[number];

export type Format = "json" | "yaml" | "properties" | "cnf" | "sql" | "text";

/** Settings that one server or connector is given. A file holds one or more. */
export interface Block {
  readonly file: string;
  readonly format: Format;
  readonly settings: ReadonlyMap<string, Setting>;
  /** The connector's or topic's name, where the file gives one. */
  readonly name?: string | undefined;
  readonly at: Place;
  /** The kind that the file's shape shows (`kind: KafkaTopic`), before its keys are looked at. */
  readonly shape?: Kind | undefined;
  /** Who fills in the rest: some keys are the platform's own. */
  readonly platform?: "msk" | "strimzi" | "rds" | undefined;
  /** How many brokers there are, where the file tells it. */
  readonly brokers?: number | undefined;
  /** Rules that the file itself switches off. */
  readonly off: readonly string[];
}

/** Something wrong with a file itself, found while reading it. */
export interface Problem {
  readonly rule: string;
  readonly file: string;
  readonly at: Place;
  readonly key?: string | undefined;
  readonly told: string;
}

/** A file as read: its blocks and what was wrong with it. */
export interface ReadFile {
  readonly file: string;
  readonly text: string;
  readonly format: Format;
  readonly blocks: readonly Block[];
  readonly problems: readonly Problem[];
}

/** A block whose kind is known. */
export interface Document extends Block {
  readonly kind: Kind;
}

/** Turns offsets of a text into places. */
export function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
