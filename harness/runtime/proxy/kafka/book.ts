import { usageError } from "#core/errors.ts";
import { type Hold, type HoldBook, makeHoldBook } from "../holds.ts";
import { makeRuleBook, meets, type RuleBook, type SetRule, type Turns } from "../rules.ts";
import { makeWatchBook } from "../watches.ts";
import { type KafkaErrorName, kafkaErrors } from "./errors.ts";
import { isKafkaApi, type KafkaApi } from "./layouts.ts";

/** Which requests are meant. */
export interface KafkaMatch {
  readonly api: KafkaApi;
  /** A pattern on the client's id: Connect's are `connector-producer-<name>-0`; the sink's own are random. */
  readonly clientId?: RegExp;
  /** One that the request names: the sink's are `coordinator-txn-…-<task>` and `worker-txn-…-<task>`. */
  readonly transactionalId?: RegExp;
  /** One that the request names; for APIs that name topics. A fetch counts for every topic of its session. */
  readonly topic?: string | RegExp;
}

/** An error that a client is told. Everything that the request asked for fails with it. */
export interface KafkaRule extends KafkaMatch, Turns {
  readonly error: KafkaErrorName;
  /** The broker gets the request and does its work; only its answer is replaced. Metadata is always done so. */
  readonly after?: boolean;
}

/** A request as rules and holds see it. */
export interface SeenRequest {
  readonly api: string;
  readonly clientId: string;
  /** The names of the topics that it is about. */
  readonly topics: () => readonly string[];
  readonly transactionalIds: () => readonly string[];
}

export interface ErrorAction {
  readonly code: number;
  readonly after: boolean;
}

/** What a Kafka link can be told, besides what every link can. */
export interface KafkaFaults {
  /** Answers requests with an error. Throws a usage error for an API or an error that the proxy does not know. */
  rule(rule: KafkaRule): SetRule;
  /**
   * Stops the n-th request that matches. A broker answers each connection in order, so what comes on the same connection
   * after it waits too.
   */
  hold(match: KafkaMatch & { readonly nth?: number; readonly after?: boolean }): Hold;
  /** Tells of each request that matches as it comes, whatever becomes of it. */
  watch(match: KafkaMatch, onRequest: () => void): Disposable;
  /** Requests of an API that came; of all, when none is named. */
  requests(api?: KafkaApi): number;
}

/** What all proxies of a Kafka link share: its rules, its holds and what was learned of its topics. */
export interface KafkaBook extends KafkaFaults {
  readonly rules: RuleBook<SeenRequest, ErrorAction>;
  readonly holds: HoldBook<SeenRequest>;
  /** Names of topics by id, as Metadata answers told them. */
  readonly topicNames: Map<string, string>;
  /** Counts a request, and lets those know who wait for it. */
  see(request: SeenRequest): void;
  clear(): void;
}

export function makeKafkaBook(): KafkaBook {
  const rules = makeRuleBook<SeenRequest, ErrorAction>();
  const holds = makeHoldBook<SeenRequest>();
  const watches = makeWatchBook<SeenRequest>();
  const counts = new Map<string, number>();
  return {
    rules,
    holds,
    topicNames: new Map(),
    see: (request) => {
      counts.set(request.api, (counts.get(request.api) ?? 0) + 1);
      watches.tell(request);
    },
    watch: (match, onRequest) => watches.add(matcher(match), onRequest),
    requests: (api) =>
      api === undefined ? [...counts.values()].reduce((sum, count) => sum + count, 0) : (counts.get(api) ?? 0),
    rule: ({ error, after = false, ...match }) => {
      const code: number | undefined = kafkaErrors[error];
      if (code === undefined) throw unknownName("an error", error, Object.keys(kafkaErrors));
      return rules.add({
        ...match,
        matches: matcher(match),
        action: { code, after: after || match.api === "Metadata" },
      });
    },
    hold: (match) => holds.set({ ...match, matches: matcher(match) }),
    clear: () => {
      rules.clear();
      holds.clear();
    },
  };
}

const withoutTopics: ReadonlySet<KafkaApi> = new Set<KafkaApi>([
  "FindCoordinator",
  "JoinGroup",
  "Heartbeat",
  "LeaveGroup",
  "SyncGroup",
  "InitProducerId",
  "AddOffsetsToTxn",
  "EndTxn",
]);

const transactional: ReadonlySet<KafkaApi> = new Set<KafkaApi>([
  "Produce",
  "InitProducerId",
  "AddPartitionsToTxn",
  "AddOffsetsToTxn",
  "EndTxn",
  "TxnOffsetCommit",
]);

function matcher({ api, clientId, topic, transactionalId }: KafkaMatch): (request: SeenRequest) => boolean {
  if (!isKafkaApi(api)) throw unknownName("an API", api, []);
  if (topic !== undefined && withoutTopics.has(api)) throw namesNone(api, "topic", topic);
  if (transactionalId !== undefined && !transactional.has(api))
    throw namesNone(api, "transactional id", transactionalId);
  return (request) =>
    request.api === api &&
    meets(clientId, [request.clientId]) &&
    (topic === undefined || meets(topic, request.topics())) &&
    (transactionalId === undefined || meets(transactionalId, request.transactionalIds()));
}

function namesNone(api: KafkaApi, what: string, wanted: string | RegExp): Error {
  return usageError({
    code: "RULE_INVALID",
    what: `a rule asks for ${api} requests about the ${what} ${String(wanted)}, and ${api} names no ${what}`,
    remedy: "choose the client by `clientId` instead",
  });
}

/** The types rule these names out; a scenario in plain JavaScript may still hold one. */
function unknownName(kind: string, name: string, known: readonly string[]): Error {
  return usageError({
    code: "RULE_INVALID",
    what: `a rule on a Kafka link names ${kind} that the proxy does not know: ${name}`,
    ...(known.length === 0 ? {} : { expected: `one of ${known.slice(0, 12).join(", ")}, …` }),
    remedy: "the names are Kafka's own, such as EndTxn and NOT_COORDINATOR; harness/runtime/proxy/kafka/ has the lists",
  });
}
