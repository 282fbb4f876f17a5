import { namesOf } from "./answers.ts";
import { type Struct, structsOf, type Value } from "./codec.ts";

/**
 * What each fetch asks for. Within a fetch session a request names only what has changed since the one before (KIP-227),
 * so the sessions of a broker are followed: by connection until the session has a number, then by its number.
 */
export interface FetchSessions {
  /** The topics, by name or id, with their partitions. To be called for every Fetch, once. */
  asked(connection: object, fetch: Struct): Struct[];
}

type Partitions = Map<string, { readonly topic: Struct; readonly numbers: Set<Value> }>;

export function makeFetchSessions(): FetchSessions {
  const full = new WeakMap<object, Partitions>();
  const sessions = new Map<Value, Partitions>();
  return {
    asked: (connection, fetch) => {
      const { SessionId = 0, SessionEpoch = -1 } = fetch;
      const begins = SessionEpoch === 0 || SessionEpoch === -1;
      const known = begins ? undefined : (sessions.get(SessionId) ?? full.get(connection));
      const partitions: Partitions = known ?? new Map();
      if (begins) full.set(connection, partitions);
      else sessions.set(SessionId, partitions);
      change(partitions, fetch);
      return [...partitions.values()].map(({ topic, numbers }) => ({
        ...topic,
        Partitions: [...numbers].map((Partition) => ({ Partition })),
      }));
    },
  };
}

function change(partitions: Partitions, { Topics, ForgottenTopicsData }: Struct): void {
  for (const topic of structsOf(Topics)) {
    for (const key of namesOf(topic)) {
      const { numbers } = partitions.get(key) ?? { numbers: new Set<Value>() };
      for (const { Partition = 0 } of structsOf(topic.Partitions)) numbers.add(Partition);
      partitions.set(key, { topic, numbers });
    }
  }
  for (const topic of structsOf(ForgottenTopicsData)) {
    for (const key of namesOf(topic)) {
      const numbers = partitions.get(key)?.numbers;
      for (const number of Array.isArray(topic.Partitions) ? topic.Partitions : []) numbers?.delete(number);
      if (numbers?.size === 0) partitions.delete(key);
    }
  }
}
