import type { PipelineSpec, Projection } from "#core/pipeline-spec.ts";
import type { Configuration, ConfigurationFile } from "#stages/connect/configuration.ts";
import { pipelineVariables, resolveVariables, type Variables } from "#stages/connect/variables.ts";
import { signalSettings } from "./signals.ts";

export interface SourceConfigOptions {
  readonly spec: PipelineSpec;
  /** connectors/mysql-source.json, with the profile's file laid over it. */
  readonly template: ConfigurationFile;
  /** What the stack decides: addresses, users, replication. */
  readonly variables: Variables;
}

/**
 * The source connector's configuration as it is sent. The projection's tables, columns, masks and truncations become
 * Debezium's settings; its row filters do not, as Debezium has no SQL: they describe what the template does itself.
 */
export function sourceConfig({ spec, template, variables }: SourceConfigOptions): Configuration {
  const settings = { ...template.settings, ...projectionSettings(spec), ...(spec.signals ? signalSettings(spec) : {}) };
  return resolveVariables({ ...template, settings }, { ...variables, ...pipelineVariables(spec) });
}

function projectionSettings({ projection, names }: PipelineSpec): Configuration {
  const { includeColumns, excludeColumns, masks } = projection;
  const columns = (patterns: readonly string[]) => patterns.map((pattern) => `${names.database}.${pattern}`).join(",");
  const masked = Object.entries(masks).map(([column, mask]): [string, string] => [maskKey(mask), column]);
  const byKey = Map.groupBy(masked, ([key]) => key);
  return {
    ...(includeColumns.length > 0 ? { "column.include.list": columns(includeColumns) } : {}),
    ...(excludeColumns.length > 0 ? { "column.exclude.list": columns(excludeColumns) } : {}),
    ...Object.fromEntries([...byKey].map(([key, found]) => [key, columns(found.map(([, column]) => column))])),
  };
}

function maskKey({ kind, length }: Projection["masks"][string]): string {
  return kind === "mask" ? `column.mask.with.${length}.chars` : `column.truncate.to.${length}.chars`;
}
