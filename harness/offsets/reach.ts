import type { Scope } from "#core/scope.ts";
import { connectClient } from "#stages/connect/client.ts";
import { type CatalogClient, restCatalog } from "#stages/iceberg/client.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { newestStored } from "./offsets-topic.ts";
import type { Finding } from "./parts.ts";
import type { Place } from "./place.ts";

/** A pipeline's parts, dialled as far as they are given. */
export interface Reach extends Finding {
  readonly kafka: KafkaClient;
  readonly catalog: CatalogClient | undefined;
}

/** Kafka is dialled at once: most positions lie there. The rest is dialled when first asked. */
export async function reach(place: Place, scope: Scope): Promise<Reach> {
  const { connect, catalog } = place;
  return {
    place,
    kafka: await scope.own("kafka client", await connectKafka({ bootstrap: place.kafka })),
    connect:
      connect === undefined ? undefined : { source: connectClient(connect.source), sink: connectClient(connect.sink) },
    catalog: catalog === undefined ? undefined : restCatalog(catalog),
  };
}

/** Debezium's own words for a place; null where nothing is stored. */
export type RawOffset = Readonly<Record<string, unknown>> | null;

export interface StoredSource {
  readonly connector: string;
  readonly server: string;
}

/** By REST, else from the offsets topic. */
export async function readSourceOffset(
  { connect, kafka, place }: Reach,
  { connector }: StoredSource,
): Promise<RawOffset> {
  if (connect !== undefined) return (await connect.source.offsets(connector))[0]?.offset ?? null;
  return (await newestStored(kafka, place.offsetsTopic ?? "", connector))?.offset ?? null;
}

/**
 * Stores an offset for a source that stands still: by REST, which refuses it for one that runs; else as a record of the
 * offsets topic with the very key, in the very partition, of the one before.
 */
export async function writeSourceOffset(
  { connect, kafka, place }: Reach,
  { connector, server, offset }: StoredSource & { readonly offset: RawOffset },
): Promise<void> {
  if (connect !== undefined) {
    const offsets = [{ partition: { server }, offset: offset === null ? null : { ...offset } }];
    await connect.source.alterOffsets({ name: connector, offsets });
    return;
  }
  const topic = place.offsetsTopic ?? "";
  const stored = await newestStored(kafka, topic, connector);
  // A new key goes where Java's producer would send it, as both hash with murmur2.
  const key = stored?.key ?? JSON.stringify([connector, { server }]);
  const record = { key, value: offset === null ? null : JSON.stringify(offset) };
  const records = [stored === undefined ? record : { ...record, partition: stored.partition }];
  await kafka.produce({ topic, records });
}
