import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConnector } from "#stages/connect/configuration.ts";

/** Settings over a file's own; undefined takes one away. */
export type Changed = Readonly<Record<string, string | undefined>>;

export interface PairFiles {
  readonly source?: Changed;
  readonly sink?: Changed;
  /** `shop.all_types` unless told. */
  readonly table?: string;
}

/** The project's own connectors as a team would have them, for one table of the database `shop`: a folder with both files. */
export function pairFolder({ source = {}, sink = {}, table = "all_types" }: PairFiles = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "floe-check-"));
  mkdirSync(folder, { recursive: true });
  for (const [name, over] of [["mysql-source.json", source] as const, ["iceberg-sink.json", sink] as const]) {
    const { settings } = parseConnector({ file: name, text: readFileSync(join("connectors", name), "utf8") });
    const own = Object.entries(settings).map(([key, value]) => [key, inProduction(value, table)] as const);
    const all = { ...Object.fromEntries(own), ...over };
    const config = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    writeFileSync(
      join(folder, name),
      `${JSON.stringify({ name: `shop-${name.replace(".json", "")}`, config }, null, 2)}\n`,
    );
  }
  return folder;
}

function inProduction(value: string, table: string): string {
  const known: Readonly<Record<string, string>> = {
    "pipeline.database": "shop",
    "pipeline.tables": `shop.${table}`,
    "pipeline.topics": `prod.shop.${table}`,
    "pipeline.topic-prefix": "prod",
    "pipeline.schema-history-topic": "prod.schema-history",
    "pipeline.offsets-topic": "prod.offsets",
    "pipeline.control-topic": "prod.control",
    "pipeline.sink-tasks": "1",
    "mysql.port": "3306",
    "mysql.connector-server-id": "5400",
    "mysql.password": "${env:MYSQL_PASSWORD}",
    "kafka.replication-factor": "3",
    "catalog.uri": "https://catalog.example.com",
    "object-store.warehouse": "s3://production/lake",
    "object-store.endpoint": "https://s3.example.com",
    "object-store.region": "eu-central-1",
  };
  return value.replaceAll(/\$\{floe:([^}]*)\}/g, (_, name: string) => known[name] ?? `${name}.example.com`);
}
