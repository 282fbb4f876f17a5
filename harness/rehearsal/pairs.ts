import { basename } from "node:path";
import type { ReadFile } from "#lint/document.ts";
import { documentsOf, type Judging } from "#lint/judge.ts";
import { connectors, Pipeline, sinks } from "#lint/pipeline.ts";
import type { View } from "#lint/view.ts";

/** A source and one sink that reads its topics: what one run tries. */
export interface Pair {
  /** The source's name and the sink's, as people call them. */
  readonly name: string;
  readonly source: View;
  readonly sink: View;
  /** What stands around them: the worker's converters hold where a connector names none. */
  readonly pipeline: Pipeline;
}

/** A connector that cannot be run at all, and why. */
export interface Alone {
  readonly connector: View;
  readonly because: string;
}

export interface Pairing {
  /** All that are wanted, whether somebody is there to run with them or not. */
  readonly connectors: readonly View[];
  readonly pairs: readonly Pair[];
  readonly alone: readonly Alone[];
}

/** Puts sources and the Iceberg sinks that read their topics together. `asked` are the files that somebody wants tried. */
export function pairsOf(files: readonly ReadFile[], asked: ReadonlySet<string>, judging: Judging): Pairing {
  const pipeline = new Pipeline({ ...judging, documents: documentsOf(files, judging) });
  const wanted = (view: View) => asked.has(view.document.file);
  const pairs = pipeline.all("mysql-source").flatMap((source) =>
    pipeline
      .sinksOf(source, "iceberg-sink")
      .filter((sink) => wanted(source) || wanted(sink))
      .map((sink) => ({ name: nameOf(source, sink), source, sink, pipeline })),
  );
  const tried = new Set(pairs.flatMap(({ source, sink }) => [source, sink]));
  const all = pipeline.all(...connectors).filter(wanted);
  const alone = all
    .filter((connector) => !tried.has(connector))
    .map((connector) => ({ connector, because: whyAlone(connector) }));
  return { pairs, alone, connectors: all };
}

function whyAlone({ kind }: View): string {
  if (kind === "mysql-source") return "no Iceberg sink beside it reads its topics";
  if (kind === "iceberg-sink") return "no MySQL source beside it writes the topics that it reads";
  const what = sinks.includes(kind) ? "sink" : "source";
  return `a rehearsal has MySQL and the Iceberg sink alone, and this ${what} is of another kind (${kind})`;
}

function nameOf(source: View, sink: View): string {
  return `${connectorName(source)}+${connectorName(sink)}`;
}

/** What a connector is called: by its file, where nothing in it says so. */
export function connectorName({ document }: View): string {
  const name = document.name ?? document.settings.get("name")?.value ?? basename(document.file).replace(/\.\w+$/, "");
  return name.replaceAll(/[^\w.-]/g, "_");
}
