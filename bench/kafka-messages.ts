import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "#artifacts/cache.ts";
import { artifactPath, ensureFiles } from "#artifacts/files.ts";
import { lockedVersions, readLock } from "#artifacts/lock.ts";
import { readZipEntry } from "#artifacts/zip.ts";

// Writes harness/runtime/proxy/kafka/messages.json: how the requests and responses that a proxy reads are laid out, in
// every version, as the newest locked kafka-clients.jar tells it in its own common/message/*.json. node bench/kafka-messages.ts
const apis = [
  ["Produce", "Fetch", "ListOffsets", "Metadata"],
  ["OffsetCommit", "OffsetFetch", "FindCoordinator", "JoinGroup", "Heartbeat", "LeaveGroup", "SyncGroup"],
  ["InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "EndTxn", "TxnOffsetCommit"],
].flat();
/** Only counted by name. */
const named = ["ApiVersions", "CreateTopics", "DescribeCluster", "DescribeConfigs", "OffsetForLeaderEpoch"];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly default?: string;
  readonly fields?: readonly Field[];
}
interface Message {
  readonly apiKey: number;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly Field[];
  readonly commonStructs?: readonly Field[];
}

const cacheDir = cacheFolder(process.env);
const { parts } = await readLock();
const [version = ""] = lockedVersions(parts, "kafka");
const jar = (parts[`kafka/${version}`] ?? []).find(
  (artifact) => "jar" in artifact && artifact.jar.includes(":kafka-clients:"),
);
if (jar === undefined) throw new Error(`the lock file names no kafka-clients of ${version}`);
await ensureFiles([{ part: "kafka", artifacts: [jar] }], { cacheDir, onProgress: () => undefined });

const lines = await Promise.all(
  apis.map(async (api) => {
    const [request, response] = await Promise.all([message(`${api}Request`), message(`${api}Response`)]);
    return JSON.stringify({
      name: api,
      key: request.apiKey,
      versions: request.validVersions,
      flexible: request.flexibleVersions,
      request: plain(request),
      response: plain(response),
    });
  }),
);
const others = await Promise.all(named.map(async (api) => [(await message(`${api}Request`)).apiKey, api] as const));
const head = { madeBy: "node bench/kafka-messages.ts", version, sha256: jar.sha256, named: Object.fromEntries(others) };
const out = join(import.meta.dirname, "..", "harness", "runtime", "proxy", "kafka", "messages.json");
writeFileSync(out, `${JSON.stringify(head).slice(0, -1)},"messages":[\n${lines.join(",\n")}\n]}\n`);
console.log(`${lines.length} messages of Kafka ${version}`);

async function message(name: string): Promise<Message> {
  const entry = await readZipEntry(join(cacheDir, artifactPath(jar!)), `common/message/${name}.json`);
  if (entry === undefined) throw new Error(`kafka-clients ${version} has no ${name}.json`);
  return JSON.parse(entry.toString("utf8").replace(/^\s*\/\/.*$/gm, ""));
}

/** The fields without what is told to people, structs put in where they are used. */
function plain({ fields, commonStructs = [] }: Message): Field[] {
  const structs = new Map(commonStructs.map((struct) => [struct.name, struct.fields]));
  const each = (field: Field): Field => {
    const { name, type, versions = "0+", nullableVersions, taggedVersions, tag, fields: own } = field;
    const inner = own ?? structs.get(type.replace("[]", ""));
    return {
      name,
      type: inner === undefined ? type : type.startsWith("[]") ? "[]struct" : "struct",
      versions,
      ...(nullableVersions === undefined ? {} : { nullable: nullableVersions }),
      ...(taggedVersions === undefined ? {} : { tagged: taggedVersions, tag }),
      ...(field.default === undefined ? {} : { default: field.default }),
      ...(inner === undefined ? {} : { fields: inner.map(each) }),
    };
  };
  return fields.map(each);
}
