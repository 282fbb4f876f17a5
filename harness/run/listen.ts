import { isKafkaLink } from "#core/addresses.ts";
import { invariant } from "#core/errors.ts";
import type { SourcePosition } from "#stages/debezium/progress.ts";
import type { ControlEvent } from "#stages/iceberg/control-topic.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Ground } from "./ground.ts";
import type { Happening, RequestEvent } from "./happening.ts";
import type { Happenings } from "./happenings.ts";
import type { Ledger } from "./ledger.ts";
import { makeTaskFinder } from "./sink-tasks.ts";
import { makeSourceReach } from "./source-reach.ts";

// What is listened to only where a moment waits for it.

export interface ControlListening {
  readonly awaited: readonly Happening[];
  readonly kafka: Pick<KafkaClient, "transactionalIds">;
  readonly happenings: Happenings;
}

/** Takes what the sink says, in its order. Whose each event is, the brokers are asked only where a moment asks for a task. */
export function controlListener({ awaited, kafka, happenings }: ControlListening): (event: ControlEvent) => void {
  const byTask = awaited.some((event) => "control" in event && event.task !== undefined);
  if (!byTask) return (event) => happenings.note({ kind: "control", event });
  const taskOf = makeTaskFinder(kafka);
  const noteAfter = async (earlier: Promise<void>, event: ControlEvent) => {
    await earlier;
    const task = await taskOf(event.producerId).catch(() => undefined);
    happenings.note({ kind: "control", event, task });
  };
  let noted = Promise.resolve();
  return (event) => {
    noted = noteAfter(noted, event);
  };
}

export interface OffsetListening {
  readonly awaited: readonly Happening[];
  readonly ledger: Pick<Ledger, "transactions">;
  readonly happenings: Happenings;
}

/** Takes each offset that the source stores: as many as it commits transactions. */
export function offsetListener({ awaited, ledger, happenings }: OffsetListening): (position: SourcePosition) => void {
  if (!awaited.some((event) => "sourceOffset" in event)) return () => undefined;
  const reach = makeSourceReach(ledger);
  return (at) => happenings.note({ ...at, kind: "source-offset", operations: reach(at) });
}

export interface RequestWatching {
  readonly ground: Pick<Ground, "session">;
  readonly event: RequestEvent;
  readonly happenings: Happenings;
}

export function watchRequests({ ground, event, happenings }: RequestWatching): Disposable {
  const { links } = ground.session.stack;
  const { link, on } = event;
  const onRequest = () => happenings.note({ kind: "request", asked: event });
  if (isKafkaLink(link)) {
    invariant("api" in on, "a Kafka link's requests are chosen by API");
    return links.proxyOf(link).watch(on, onRequest);
  }
  invariant("kind" in on, "an HTTP link's requests are chosen by kind");
  return links.proxyOf(link).watch(on, onRequest);
}
