import type { KafkaClient } from "#stages/kafka/client.ts";

/**
 * Tells which of the sink's tasks writes under a producer's number: each says its own in its transactional id,
 * `worker-txn-<uuid>-1` and `coordinator-txn-<uuid>-1` (1.10.1 to 1.12.0). Undefined where no broker knows of it.
 */
export function makeTaskFinder(kafka: Pick<KafkaClient, "transactionalIds">) {
  const known = new Map<bigint, number>();
  return async (producerId: bigint): Promise<number | undefined> => {
    if (!known.has(producerId))
      for (const [id, name] of await kafka.transactionalIds()) {
        const task = /-(\d+)$/.exec(name)?.[1];
        if (task !== undefined) known.set(id, Number(task));
      }
    return known.get(producerId);
  };
}
