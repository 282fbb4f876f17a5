import type { Definitions, KeyDefinition, Keys } from "./definitions.ts";
import { s3SinkKeys } from "./keys/s3-sink.ts";
import { isOpaque, type View } from "./view.ts";

/** What a document may hold: keys with a definition, and families of keys that no ConfigDef lists. */
export interface KnownKeys {
  /** The key's definition; `any` where it may stand there and nothing is known of its value. */
  definition(key: string): KeyDefinition | "any" | undefined;
  /** Names to offer instead of a wrong one. */
  readonly names: readonly string[];
  /** Keys without which the server or connector does not start. */
  readonly required: readonly string[];
}

/** What the chosen versions take in a document; undefined where nobody has extracted it. */
export function knownKeys(view: View, definitions: Definitions): KnownKeys | undefined {
  if (!reckoned.has(view)) reckoned.set(view, reckon(view, definitions));
  return reckoned.get(view);
}

const reckoned = new WeakMap<View, KnownKeys | undefined>();

function reckon(view: View, definitions: Definitions): KnownKeys | undefined {
  if (view.kind === "connect-worker") {
    const standalone = view.has("offset.storage.file.filename");
    return known({
      tables: [definitions.kafka(standalone ? "standalone" : "worker")],
      families: workerFamilies,
      view,
      definitions,
    });
  }
  if (view.kind === "broker")
    return known({ tables: [definitions.kafka("broker")], families: brokerFamilies, view, definitions });
  if (view.kind === "topic")
    return known({ tables: [definitions.kafka("topic")], families: topicFamilies, view, definitions });
  if (view.kind === "producer" || view.kind === "consumer")
    return known({ tables: [definitions.kafka(view.kind)], families: clientFamilies, view, definitions });
  return ofConnector(view, definitions);
}

function ofConnector(view: View, definitions: Definitions): KnownKeys | undefined {
  const own = view.kind === "s3-sink" ? s3SinkKeys : definitions.ofClass(classOf(view) ?? "");
  if (own === undefined) return undefined;
  const side = view.kind.endsWith("-source") ? "source" : "sink";
  // Debezium's converters and post processors are named in lists, and take settings under their names.
  const aliases = [...view.list("converters"), ...view.list("post.processors")];
  const named = aliases.map((alias) => new RegExp(`^${alias.replace(/\W/g, "\\$&")}\\.`));
  const families = [...connectFamilies, ...(ownFamilies[view.kind] ?? []), ...named];
  return known({ tables: [own, definitions.kafka(side), definitions.kafka("connector")], families, view, definitions });
}

/** The class in full: Connect takes a plugin's short name as well. */
export function classOf(view: View): string | undefined {
  const given = view.text("connector.class");
  if (view.kind === "mysql-source") return "io.debezium.connector.mysql.MySqlConnector";
  if (view.kind === "iceberg-sink") return "org.apache.iceberg.connect.IcebergSinkConnector";
  return given;
}

interface Parts {
  readonly tables: readonly (Keys | undefined)[];
  readonly families: readonly RegExp[];
  readonly view: View;
  readonly definitions: Definitions;
}

function known({ tables, families, view, definitions }: Parts): KnownKeys | undefined {
  const keys: Keys = Object.assign({}, ...tables.toReversed());
  if (Object.keys(keys).length === 0) return undefined;
  const nested = nestedOf(view, definitions);
  return {
    definition: (key) => {
      if (Object.hasOwn(keys, key)) return keys[key];
      const inner = nested(key);
      if (inner !== undefined) return inner === "unknown" ? undefined : inner;
      return isOpaque(key) || families.some((family) => family.test(key)) ? "any" : undefined;
    },
    names: Object.keys(keys),
    required: Object.entries(keys).flatMap(([key, { required }]) => (required === true ? [key] : [])),
  };
}

/** Keys whose names begin with another's: a transform's, a converter's, a client's. */
function nestedOf(
  view: View,
  definitions: Definitions,
): (key: string) => KeyDefinition | "any" | "unknown" | undefined {
  const within = (keys: Keys | undefined, name: string) =>
    keys === undefined ? "any" : Object.hasOwn(keys, name) ? (keys[name] ?? "any") : "unknown";
  return (key) => {
    const [, client, setting] = /^(producer|consumer|admin)\.override\.(.+)$/.exec(key) ?? [];
    if (client !== undefined && setting !== undefined) return within(definitions.kafka(client), setting);
    const [, list, alias, property] = /^(transforms|predicates)\.([^.]+)\.(.+)$/.exec(key) ?? [];
    if (list !== undefined && property !== undefined) {
      if (["type", "predicate", "negate", "plugin.version"].includes(property)) return "any";
      return within(definitions.ofClass(view.text(`${list}.${alias}.type`) ?? ""), property);
    }
    const [, converter, inner] = /^((?:key|value|header)\.converter)\.(.+)$/.exec(key) ?? [];
    if (converter === undefined || inner === undefined) return undefined;
    return inner === "plugin.version" ? "any" : within(definitions.ofClass(view.text(converter) ?? ""), inner);
  };
}

const connectFamilies = [
  /^name$/,
  /^connector\.class$/,
  /^(connector|key\.converter|value\.converter|header\.converter)\.plugin\.version$/,
  /^topic\.creation\.[^.]+\./,
  /^topic\.creation\.groups$/,
  /^(transforms|predicates)(\.|$)/,
];

const debeziumFamilies = [
  /^schema\.history\.internal(\.|$)/,
  /^signal\./,
  /^notification\./,
  /^driver\./,
  /^database\.(jdbc|initial|connection)\./,
  /^internal\./,
  /^snapshot\.select\.statement\.overrides\./,
  /^column\.(mask|truncate)\./,
  /^topic\.(delimiter|cache\.size|transaction|heartbeat\.prefix|heartbeat\.name|naming\.strategy|schema\.name)/,
  /^(binary\.handling\.mode|read\.only|skip\.messages\.without\.change|unavailable\.value\.placeholder)$/,
  /^(event\.converting\.failure\.handling\.mode|field\.name\.adjustment\.mode|snapshot\.locking\.mode\.custom\.name)$/,
  /^openlineage\./,
  /^guardrail\./,
  /^executor\./,
  /^extended\./,
];

const ownFamilies: Readonly<Partial<Record<View["kind"], readonly RegExp[]>>> = {
  "mysql-source": debeziumFamilies,
  "iceberg-sink": [
    /^iceberg\.(catalog|hadoop|kafka)\./,
    /^iceberg\.table\..+\.(id-columns|partition-by|route-regex|commit-branch)$/,
    /^iceberg\.tables\.(auto-create-props|write-props)\./,
  ],
  "s3-sink": [/^parquet\./, /^store\./, /^confluent\./],
};

const workerFamilies = [
  /^(producer|consumer|admin)\./,
  /^(config|offset|status)\.storage\./,
  /^config\.providers\./,
  /^(listeners\.https|rest\.extension|metrics|metric\.reporters|plugin|header\.converter|key\.converter|value\.converter)\b/,
  /^(security|sasl|ssl)\./,
  /^access\.control\./,
];
const clientFamilies = [
  /^(config\.providers|schema\.registry|interceptor|confluent|specific)\b/,
  /^(security|sasl|ssl)\./,
];
const topicFamilies = [/^(partitions|replication\.factor|name|topic)$/];
const brokerFamilies = [
  /^listener\.name\./,
  /^(sasl|ssl|security|config\.providers|metrics|metric\.reporters|plugin|log4j|confluent)\b/,
  /^(principal|authorizer|super\.users|allow\.everyone|kafka\.metrics|client\.quota|kafka\.csv)\b/,
  /^(remote\.log|rlmm|rsm|rlm)\./,
];
