import { z } from "zod";
import { usageError } from "#core/errors.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";

/** A source's newest record in an offsets topic, with what is needed to write the next one where readers look for it. */
export interface StoredRecord {
  readonly key: Buffer;
  readonly partition: number;
  readonly server: string;
  /** Null after it was deleted. */
  readonly offset: Readonly<Record<string, unknown>> | null;
}

const keySchema = z.tuple([z.string(), z.object({ server: z.string() })]);
const offsetSchema = z.record(z.string(), z.unknown());

export async function newestStored(
  kafka: KafkaClient,
  topic: string,
  connector: string,
): Promise<StoredRecord | undefined> {
  let newest: StoredRecord | undefined;
  const to = await kafka.endOffsets(topic);
  for await (const { key, value, partition } of kafka.read({ topic, from: new Map(), to })) {
    const owner = keySchema.safeParse(key === null ? null : parsedOrNull(key)).data;
    if (key === null || owner?.[0] !== connector) continue;
    const offset = value === null ? null : offsetSchema.nullable().catch(null).parse(parsedOrNull(value));
    newest = { key, partition, server: owner[1].server, offset };
  }
  return newest;
}

/** JSON, or null for what is none: others may write to a topic, too. */
export function parsedOrNull(key: Buffer): unknown {
  try {
    return JSON.parse(key.toString("utf8"));
  } catch {
    return null;
  }
}

export function nothingStored(connector: string, topic: string): Error {
  return usageError({
    code: "OFFSET_NOT_STORED",
    what: `${topic} has no offset of ${connector}`,
    expected: `a record with the key ["${connector}",{"server":"…"}]`,
    remedy:
      "check --source and --offsets-topic; a connector with exactly-once support may have an offsets topic of its own (offsets.storage.topic)",
  });
}
