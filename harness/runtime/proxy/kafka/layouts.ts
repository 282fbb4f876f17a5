import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { invariant } from "#core/errors.ts";

/** The requests that a proxy can read, hold and answer. */
export const kafkaApis = [
  "Produce",
  "Fetch",
  "ListOffsets",
  "Metadata",
  "OffsetCommit",
  "OffsetFetch",
  "FindCoordinator",
  "JoinGroup",
  "Heartbeat",
  "LeaveGroup",
  "SyncGroup",
  "InitProducerId",
  "AddPartitionsToTxn",
  "AddOffsetsToTxn",
  "EndTxn",
  "TxnOffsetCommit",
] as const;
export type KafkaApi = (typeof kafkaApis)[number];

/** Versions as Kafka writes them: `0+`, `4-17`, `3`, `none`. */
const versions = z.string().transform((text) => {
  const [low = "", high = text.endsWith("+") ? "Infinity" : low] = text.replace("+", "").split("-");
  const [from, to] = text === "none" ? [1, 0] : [Number(low), Number(high)];
  return { text, has: (version: number) => version >= from && version <= to };
});
const nowhere = versions.parse("none");

const field = z.object({
  name: z.string(),
  type: z.string(),
  versions,
  nullable: versions.default(nowhere),
  /** In these versions the field stands among the tagged ones, if it stands at all. */
  tagged: versions.default(nowhere),
  tag: z.number().default(-1),
  default: z.string().optional(),
  get fields() {
    return z.array(field).default([]);
  },
});
export type Field = z.infer<typeof field>;

const layout = z.object({
  name: z.enum(kafkaApis),
  key: z.number(),
  /** The versions whose layout is known. */
  versions,
  /** The versions with compact lengths and tagged fields, and with a tag section in their headers. */
  flexible: versions,
  request: z.array(field),
  response: z.array(field),
});
export type Layout = z.infer<typeof layout>;

const file = z.object({ named: z.record(z.string(), z.string()), messages: z.array(layout) });

let read: { readonly byName: ReadonlyMap<KafkaApi, Layout>; readonly names: ReadonlyMap<number, string> } | undefined;

/** How an API's messages are laid out, by messages.json, which Kafka's own definitions were copied to. */
export function layoutOf(api: KafkaApi): Layout {
  const found = layouts().byName.get(api);
  invariant(found !== undefined, `messages.json has no ${api}`);
  return found;
}

/** An API's name; `api 68` for one that nobody asked for yet. */
export function apiName(key: number): string {
  return layouts().names.get(key) ?? `api ${key}`;
}

export function isKafkaApi(name: string): name is KafkaApi {
  return kafkaApis.some((api) => api === name);
}

function layouts() {
  if (read !== undefined) return read;
  const { messages, named } = file.parse(JSON.parse(readFileSync(join(import.meta.dirname, "messages.json"), "utf8")));
  const others = Object.entries(named).map(([key, name]) => [Number(key), name] as const);
  read = {
    byName: new Map(messages.map((each) => [each.name, each])),
    names: new Map([...others, ...messages.map(({ key, name }) => [key, name] as const)]),
  };
  return read;
}
