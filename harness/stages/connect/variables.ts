import { closest, distance } from "fastest-levenshtein";
import { usageError } from "#core/errors.ts";
import { capturedTables, type PipelineSpec, topicOf } from "#core/pipeline-spec.ts";
import type { Configuration, ConfigurationFile } from "./configuration.ts";

/** What the stack decides, by the name in `${floe:name}`. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Puts the stack's values in place of `${floe:…}`, in a setting's name as well: some of Debezium's are named after a table.
 * Connect's own `${provider:…}` goes to Connect as it is.
 */
export function resolveVariables({ file, settings }: ConfigurationFile, variables: Variables): Configuration {
  const resolved = (key: string, text: string) =>
    text.replaceAll(/\$\{floe:([^}]*)\}/g, (whole, name: string) => {
      const found = variables[name];
      if (found === undefined) throw unresolved({ file, key, whole, name, variables });
      return found;
    });
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [resolved(key, key), resolved(key, value)]));
}

/** What a pipeline's description decides, for both of its connectors. */
export function pipelineVariables(spec: PipelineSpec): Variables {
  const tables = capturedTables(spec);
  return {
    "pipeline.database": spec.names.database,
    "pipeline.tables": tables.map((table) => `${spec.names.database}.${table}`).join(","),
    "pipeline.topics": tables.map((table) => topicOf(spec, table)).join(","),
    "pipeline.topic-prefix": spec.names.topicPrefix,
    "pipeline.schema-history-topic": spec.names.schemaHistoryTopic,
    "pipeline.offsets-topic": offsetsTopicOf(spec),
    "pipeline.control-topic": spec.names.controlTopic,
    "pipeline.sink-tasks": String(spec.sinkTasks),
  };
}

/** The source's own offsets topic: one that an open transaction holds up holds up nobody else. */
export function offsetsTopicOf({ names }: PipelineSpec): string {
  return `${names.topicPrefix}.offsets`;
}

interface Unresolved {
  readonly file: string;
  readonly key: string;
  readonly whole: string;
  readonly name: string;
  readonly variables: Variables;
}

function unresolved({ file, key, whole, name, variables }: Unresolved): Error {
  const known = Object.keys(variables).sort();
  const near = known.length > 0 ? closest(name, known) : undefined;
  const likely = near !== undefined && distance(name, near) <= Math.max(2, name.length / 3);
  return usageError({
    code: "VARIABLE_UNRESOLVED",
    what: `${file}: ${key} asks for ${whole}, which the stack does not decide`,
    expected: `one of ${known.join(", ")}`,
    got: name,
    remedy: likely ? `did you mean \${floe:${near}}?` : "take a name of the list, or write the value itself",
    evidence: [`${file}: ${key}`],
  });
}
