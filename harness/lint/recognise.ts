import { basename } from "node:path";
import type { Definitions } from "./definitions.ts";
import type { Block, Document, Kind } from "./document.ts";

/** What a block is, by its shape, its class, its keys, at last by whose keys most of them are; undefined: nothing of ours. */
export function recognise(block: Block, definitions: Definitions): Document | undefined {
  const kind = block.shape ?? byClass(block) ?? byKeys(block) ?? byVote(block, definitions);
  return kind === undefined ? undefined : { ...block, kind };
}

function byClass({ settings }: Block): Kind | undefined {
  const named = settings.get("connector.class")?.value;
  return named === undefined ? undefined : kindOfClass(named);
}

/** A connector's kind by its class, in full or in Connect's short form. */
export function kindOfClass(name: string): Kind {
  const known = classKinds.find(({ pattern }) => pattern.test(name));
  if (known !== undefined) return known.kind;
  if (/source/i.test(name)) return "source";
  return /sink/i.test(name) ? "sink" : "connector";
}

const classKinds: readonly { readonly pattern: RegExp; readonly kind: Kind }[] = [
  { pattern: /(^|\.)MySql(Source)?Connector$/i, kind: "mysql-source" },
  { pattern: /(^|\.)MariaDbConnector$/i, kind: "mariadb-source" },
  { pattern: /(^|\.)(Postgres|PostgreSql)Connector$/i, kind: "postgres-source" },
  { pattern: /(^|\.)SqlServerConnector$/i, kind: "sqlserver-source" },
  { pattern: /(^|\.)IcebergSink(Connector)?$/i, kind: "iceberg-sink" },
  { pattern: /(^|\.)(S3Sink|S3SinkConnector|AivenKafkaConnectS3SinkConnector)$/i, kind: "s3-sink" },
];

function byKeys({ settings, file, format }: Block): Kind | undefined {
  const has = (pattern: RegExp) => [...settings.keys()].some((key) => pattern.test(key));
  if (has(/^(config|status)\.storage\.topic$|^offset\.storage\.(topic|file\.filename)$|^plugin\.path$/))
    return "connect-worker";
  if (has(/^(process\.roles|node\.id|broker\.id|zookeeper\.connect|log\.dirs?|controller\.quorum\.)/)) return "broker";
  if (has(/->/)) return "mirror-maker";
  if (has(/^(database\.(hostname|server)|iceberg\.|topics(\.regex)?$)/) && format !== "properties") return "connector";
  if (has(/^wal_level$|^max_wal_senders$|^shared_buffers$/)) return "postgres-server";
  if (has(/^(cleanup\.policy|retention\.(ms|bytes))$/)) return "topic";
  if (has(/^(key|value)\.deserializer$|^auto\.offset\.reset$|^partition\.assignment\.strategy$/)) return "consumer";
  if (has(/^(key|value)\.serializer$|^acks$|^linger\.ms$/)) return "producer";
  const [, named] = /(producer|consumer)[^/]*\.properties$/.exec(basename(file)) ?? [];
  return named === "producer" || named === "consumer" ? named : undefined;
}

const voters = [
  ["connect-worker", "worker"],
  ["broker", "broker"],
  ["topic", "topic"],
  ["producer", "producer"],
  ["consumer", "consumer"],
] as const;

function byVote({ settings }: Block, definitions: Definitions): Kind | undefined {
  const keys = [...settings.keys()];
  const votes = voters.map(([kind, name]) => {
    const known = definitions.kafka(name);
    return { kind, count: keys.filter((key) => known?.[key] !== undefined).length };
  });
  const best = votes.toSorted((left, right) => right.count - left.count)[0];
  return best !== undefined && best.count * 2 > keys.length ? best.kind : undefined;
}
