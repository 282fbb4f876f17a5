import { nothingLeftOut, type Projection } from "#core/pipeline-spec.ts";
import type { Configuration } from "#stages/connect/configuration.ts";

export interface DeclaredProjection {
  readonly projection: Projection;
  /** Settings that leave something out, or may, in a way that a projection cannot say: told, never ignored. */
  readonly unread: readonly string[];
}

/** What a user's source configuration leaves out on purpose. `database` is the captured schema's name. */
export function readProjection({ config, database }: { config: Configuration; database: string }): DeclaredProjection {
  const list = (key: string) => localNames(config[key], database);
  return {
    projection: {
      ...nothingLeftOut,
      includeTables: list("table.include.list"),
      excludeTables: list("table.exclude.list"),
      includeColumns: list("column.include.list"),
      excludeColumns: list("column.exclude.list"),
      masks: masksOf(config, database),
    },
    unread: Object.keys(config).filter((key) => leavesOut(key, config)),
  };
}

// `db.table` or `db\.table` of this schema, without the schema. A pattern for any schema keeps what follows its dot.
function localNames(text: string | undefined, database: string): string[] {
  const qualified = new RegExp(`^(?:${escaped(database)}|\\.\\*|\\(\\.\\*\\))(?:\\\\\\.|\\[\\.\\]|\\.)`);
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => qualified.test(item))
    .map((item) => item.replace(qualified, "").replaceAll("\\.", "."));
}

function masksOf(config: Configuration, database: string): Projection["masks"] {
  const masks: Record<string, Projection["masks"][string]> = {};
  for (const [key, value] of Object.entries(config)) {
    const [, kind, length] = /^column\.(mask\.with|truncate\.to)\.(\d+)\.chars$/.exec(key) ?? [];
    if (kind === undefined) continue;
    for (const column of localNames(value, database)) {
      masks[column] = { kind: kind === "mask.with" ? "mask" : "truncate", length: Number(length) };
    }
  }
  return masks;
}

function leavesOut(key: string, config: Configuration): boolean {
  if (/^column\.mask\.hash|^snapshot\.select\.statement\.overrides|^message\.key\.columns$/.test(key)) return true;
  if (key === "skipped.operations") return /[cud]/.test((config[key] ?? "").replace("none", ""));
  return /^transforms\.[^.]+\.type$/.test(key) && /Filter$|ContentBasedRouter$|ReplaceField/.test(config[key] ?? "");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
