import type { Consumer } from "@platformatic/kafka";
import { type Address, hostPort } from "#core/addresses.ts";
import { pause } from "#core/deadline.ts";
import { environmentError, messageOf } from "#core/errors.ts";
import type { KafkaRecord, PartitionOffsets, ReadRange } from "#core/ports.ts";
import { committedRecords, type FetchResponse } from "./committed.ts";

/** What one answer of a broker held of one partition: its committed records, and where to read on. */
export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly KafkaRecord[];
  /** Everything below has been delivered; markers and aborted records use offsets as well. */
  readonly next: bigint;
}

export interface Gap {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was to be read, and the first that was still there. */
  readonly from: bigint;
  readonly to: bigint;
}

export interface TapOptions {
  readonly bootstrap: readonly Address[];
  readonly topics: readonly string[];
  /** Where to begin in each topic; from the start where nothing is said. */
  readonly from: ReadonlyMap<string, PartitionOffsets>;
  /** Called in the order of each partition; the next answer is asked for when it is done. Must not throw. */
  readonly onFetched: (fetched: Fetched) => void;
  /** Records that were gone before they were read. */
  readonly onGap: (gap: Gap) => void;
}

/**
 * Reads topics as they grow, without a consumer group: nobody's offsets and nobody's rebalance are touched. A broker that is
 * away is waited for: its partitions are read on when it, or another leader, answers.
 */
export function openTap(options: TapOptions): AsyncDisposable {
  const ended = new AbortController();
  const loops = new Map<number, Promise<void>>();

  const read = async (consumer: Consumer) => {
    const cursors = new CursorSet(consumer, options);
    const refresh = async () => {
      while (!ended.signal.aborted) {
        const found = await cursors.refresh().catch(() => undefined);
        if (found !== undefined) return found.forEach(begin);
        await idle(ended.signal);
      }
    };
    const loop = async (node: number) => {
      while (!ended.signal.aborted) {
        try {
          const due = cursors.ledBy(node);
          if (due.length === 0) await idle(ended.signal);
          else for (const fetched of await fetchOnce({ consumer, node, cursors: due })) options.onFetched(fetched);
        } catch {
          await idle(ended.signal);
          await refresh();
        }
      }
    };
    const begin = (node: number) => {
      if (!loops.has(node)) loops.set(node, loop(node));
    };
    await refresh();
  };
  const opening = groupless(options.bootstrap);
  const begun = opening.then(read);
  return {
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await (await opening).close(true);
      await begun;
      await Promise.all(loops.values());
    },
  };
}

/** Reads a range: ends when every partition has come to its end, and fails when a broker does not answer. */
export async function* readRange(bootstrap: readonly Address[], range: ReadRange): AsyncGenerator<KafkaRecord> {
  const { topic, from, to } = range;
  if (![...to].some(([partition, end]) => end > (from.get(partition) ?? 0n))) return;
  const consumer = await groupless(bootstrap);
  try {
    const cursors = new CursorSet(consumer, {
      topics: [topic],
      from: new Map([[topic, from]]),
      // What retention took away cannot be awaited.
      onGap: () => undefined,
    });
    const nodes = await cursors.refresh();
    const isEnded = ({ partition, next }: Cursor) => next >= (to.get(partition) ?? 0n);
    for (const node of nodes) {
      for (;;) {
        const due = cursors.ledBy(node).filter((cursor) => !isEnded(cursor));
        if (due.length === 0) break;
        for (const { partition, records } of await fetchOnce({ consumer, node, cursors: due })) {
          yield* records.filter(({ offset }) => offset < (to.get(partition) ?? 0n));
        }
      }
    }
  } catch (error) {
    throw environmentError({
      code: "KAFKA_FAILED",
      what: `Kafka did not let ${topic} be read`,
      got: messageOf(error),
      remedy: "look at the broker's log in the run folder",
      cause: error,
    });
  } finally {
    await consumer.close(true);
  }
}

async function idle(signal: AbortSignal): Promise<void> {
  await pause(100, signal).catch(() => undefined);
}

/** Where the reading of one partition stands. */
interface Cursor {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leader: number;
  next: bigint;
}

class CursorSet {
  private cursors: readonly Cursor[] = [];
  private readonly consumer: Consumer;
  private readonly options: Pick<TapOptions, "topics" | "from" | "onGap">;

  constructor(consumer: Consumer, options: Pick<TapOptions, "topics" | "from" | "onGap">) {
    this.consumer = consumer;
    this.options = options;
  }

  ledBy(node: number): readonly Cursor[] {
    return this.cursors.filter(({ leader }) => leader === node);
  }

  /** Asks who leads each partition now, and where it begins. Gives the brokers. */
  async refresh(): Promise<readonly number[]> {
    const { topics, from } = this.options;
    const metadata = await this.consumer.metadata({ topics: [...topics], forceUpdate: true });
    const begins = await this.consumer.listOffsets({ topics: [...topics], timestamp: earliest });
    this.cursors = topics.flatMap((topic) => {
      const { id, partitions } = metadata.topics.get(topic) ?? { id: "", partitions: [] };
      return partitions.map(({ leader }, partition) => {
        const known = this.cursors.find((cursor) => cursor.topic === topic && cursor.partition === partition);
        const wanted = known?.next ?? from.get(topic)?.get(partition) ?? 0n;
        const next = this.kept({ topic, partition, wanted, begin: begins.get(topic)?.[partition] ?? 0n });
        return { topic, topicId: id, partition, leader, next };
      });
    });
    return [...metadata.brokers.keys()];
  }

  private kept({
    topic,
    partition,
    wanted,
    begin,
  }: {
    topic: string;
    partition: number;
    wanted: bigint;
    begin: bigint;
  }) {
    if (wanted >= begin) return wanted;
    this.options.onGap({ topic, partition, from: wanted, to: begin });
    return begin;
  }
}

const earliest = -2n;

interface FetchOnce {
  readonly consumer: Consumer;
  readonly node: number;
  readonly cursors: readonly Cursor[];
}

/** One long poll: answers at once when there is something, else after `maxWaitTime` with nothing. Moves the cursors. */
async function fetchOnce({ consumer, node, cursors }: FetchOnce): Promise<readonly Fetched[]> {
  const topics = Map.groupBy(cursors, ({ topicId }) => topicId);
  const answer = await consumer.fetch({
    node,
    topics: [...topics].map(([topicId, partitions]) => ({ topicId, partitions: partitions.map(requestOf) })),
    minBytes: 1,
    maxBytes: 16 * mebibyte,
    maxWaitTime: 50,
    isolationLevel: readCommitted,
  });
  return fetchedOf(answer, cursors);
}

function requestOf({ partition, next }: Cursor) {
  const anyEpoch = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  return { partition, fetchOffset: next, partitionMaxBytes: 2 * mebibyte, ...anyEpoch };
}

// As Kafka's protocol numbers them.
const readCommitted = 1;
const mebibyte = 1024 * 1024;

function fetchedOf(answer: FetchResponse, cursors: readonly Cursor[]): Fetched[] {
  const found: Fetched[] = [];
  for (const { topicId, partitions } of answer.responses) {
    for (const part of partitions) {
      const cursor = cursors.find((each) => each.topicId === topicId && each.partition === part.partitionIndex);
      const last = part.records?.at(-1);
      if (cursor === undefined || last === undefined) continue;
      const from = cursor.next;
      cursor.next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
      const { topic, partition, next } = cursor;
      const records = committedRecords(part, { topic, partition }).filter(({ offset }) => offset >= from);
      found.push({ topic, partition, records, next });
    }
  }
  return found;
}

/** Loads the driver. It takes half a second, compiling schemas: who is going to read can have it done while nothing else is. */
export function loadReader(): Promise<{ readonly Consumer: typeof Consumer }> {
  return import("@platformatic/kafka");
}

/** The driver wants a group's name from every consumer; only those that join one use it. */
async function groupless(bootstrap: readonly Address[]): Promise<Consumer> {
  const { Consumer } = await loadReader();
  return new Consumer({
    clientId: "floe-reader",
    groupId: "floe-reader-joins-none",
    bootstrapBrokers: bootstrap.map(hostPort),
    retries: 0,
    timeout: 10_000,
  });
}
