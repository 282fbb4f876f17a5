import { z } from "zod";
import type { TopicReader } from "#core/ports.ts";
import { parsedOrNull } from "./offsets-topic.ts";
import type { BinlogPlace } from "./positions.ts";

const recordSchema = z.object({
  source: z.object({ server: z.string() }),
  position: z.object({ gtids: z.string().optional(), file: z.string(), pos: z.number() }),
});

/** The place in the binlog of the first record that a schema-history topic has of a server. */
export async function firstOfHistory(
  kafka: Pick<TopicReader, "read">,
  { topic, server, end }: { topic: string; server: string; end: number },
): Promise<BinlogPlace | undefined> {
  for await (const { value } of kafka.read({ topic, from: new Map(), to: new Map([[0, BigInt(end)]]) })) {
    const record = value === null ? undefined : recordSchema.safeParse(parsedOrNull(value)).data;
    if (record?.source.server !== server) continue;
    const { gtids = null, file, pos } = record.position;
    return { gtids, file, pos };
  }
  return undefined;
}
