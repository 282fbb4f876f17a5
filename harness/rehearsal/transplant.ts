import type { Setting } from "#lint/document.ts";
import { isSecret, shown, visible } from "#lint/secret.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { catalogType } from "./obstacles.ts";
import type { Pair } from "./pairs.ts";
import { hadoopStore, historyTopic, needed, type Replacement, replacements } from "./replacements.ts";

/** One setting that a rehearsal changes: told in every output. */
export interface Mapped {
  readonly end: "source" | "sink";
  readonly key: string;
  /** As the file has it, secrets hidden; undefined where it has none. */
  readonly was: string | undefined;
  /** `${floe:…}` is the stack's own value; undefined where the setting is left out. */
  readonly now: string | undefined;
  readonly because: string;
}

/** Both connectors as a rehearsal sends them. */
export interface Transplanted {
  readonly source: Readonly<Record<string, string>>;
  readonly sink: Readonly<Record<string, string>>;
  readonly mapped: readonly Mapped[];
}

/** Puts the stack's own values in the place of what is of production; all else stays as the files have it. */
export function transplant({ source, sink, pipeline }: Pair): Transplanted {
  const hadoop = catalogType(sink) === "hadoop";
  const ends = [
    { end: "source", view: source, added: { ...added("source", needed.source), ...historyIn(source) } },
    {
      end: "sink",
      view: sink,
      added: hadoop ? { ...added("sink", needed.hadoop), ...hadoopStore } : added("sink", needed.rest),
    },
  ] as const;
  const mapped: Mapped[] = [];
  const [sourceSettings = {}, sinkSettings = {}] = ends.map(({ end, view, added: own }) => {
    const settings: Record<string, string> = {};
    for (const setting of view.settings) {
      const change = changeOf(end, setting, hadoop);
      if (change !== undefined) mapped.push(change);
      const value = change === undefined ? setting.value : change.now;
      if (value !== undefined && !notConnects.test(setting.key)) settings[setting.key] = value;
    }
    for (const [key, now] of Object.entries({ ...workersConverters(view, pipeline), ...own })) {
      if (settings[key] !== undefined) continue;
      settings[key] = now;
      const because = whyAdded(end, key);
      const told = mapped.find((each) => each.end === end && each.key === key);
      if (told === undefined) mapped.push({ end, key, was: undefined, now, because });
      // What was left out, and is needed with the stack's own value.
      else mapped[mapped.indexOf(told)] = { ...told, now };
    }
    return settings;
  });
  return { source: sourceSettings, sink: sinkSettings, mapped };
}

/** What is not the connector's: its name, which is the run's to give, and what a file says to `floe lint`. */
const notConnects = /^(name|_floe(\..*)?)$/;

function changeOf(end: "source" | "sink", setting: Setting, hadoop: boolean): Mapped | undefined {
  const { key, value } = setting;
  const was = visible(isSecret(key) ? "***" : shown(setting));
  const found = matching(end, key);
  if (found !== undefined) {
    // A Hadoop catalog has no address, and its store is reached by Hadoop's settings.
    const now = hadoop && /^iceberg\.catalog\.(uri|io-impl|s3\.|client\.)/.test(key) ? undefined : found.value;
    return now === value ? undefined : { end, key, was, now, because: found.because };
  }
  if (!isOpaque(value) || value.includes("${floe:")) return undefined;
  return { end, key, was, now: undefined, because: "what it stands for is known in production alone" };
}

function matching(end: "source" | "sink", key: string): Replacement | undefined {
  return replacements.find((each) => (each.end === "both" || each.end === end) && each.keys.test(key));
}

function added(end: "source" | "sink", keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => (matching(end, key)?.value === undefined ? [] : [[key, matching(end, key)?.value ?? ""]])),
  );
}

function whyAdded(end: "source" | "sink", key: string): string {
  if (/converter/.test(key)) return "the worker's own default";
  if (key === historyTopic.key) return historyTopic.because;
  return matching(end, key)?.because ?? "how the stack's store is reached";
}

/** A file that keeps the schema history elsewhere names no topic for it; one that keeps it in Kafka has to. */
function historyIn(source: View): Record<string, string> {
  const { key, value } = historyTopic;
  const store = source.get("schema.history.internal")?.value ?? "KafkaSchemaHistory";
  const known = store.endsWith("KafkaSchemaHistory") && !isOpaque(source.get(key)?.value ?? "");
  return known ? {} : { [key]: value };
}

/** A connector that names no converter uses its worker's: the user's, where the files have one. */
function workersConverters(view: View, pipeline: Pair["pipeline"]): Record<string, string> {
  const worker = pipeline.worker;
  if (worker === undefined) return {};
  const parts = (["key", "value"] as const).filter((part) => !view.has(`${part}.converter`));
  const settings = parts.flatMap((part) =>
    worker.settings.filter(({ key }) => key === `${part}.converter` || key.startsWith(`${part}.converter.`)),
  );
  return Object.fromEntries(settings.filter(({ value }) => !isOpaque(value)).map(({ key, value }) => [key, value]));
}
