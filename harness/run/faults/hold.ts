import {
  type CatalogLink,
  type ConnectLink,
  type HttpLink,
  isKafkaLink,
  type KafkaLink,
  type StoreLink,
} from "#core/addresses.ts";
import { ifWithin, pause } from "#core/deadline.ts";
import { invariant } from "#core/errors.ts";
import type { Hold } from "#runtime/proxy/holds.ts";
import type { HttpMatch } from "#runtime/proxy/http/book.ts";
import type { CatalogKind, ConnectKind, StoreKind } from "#runtime/proxy/http/kinds.ts";
import type { KafkaMatch } from "#runtime/proxy/kafka/book.ts";
import type { Stack } from "../../stack.ts";
import type { FaultContext } from "../context.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";
import { after, needsOf, strikeMeanwhile, together } from "./parts.ts";

/** Which request is to stand, and how long it is waited for. */
export type Holding<Match> = Moment & {
  readonly on: Match & { readonly nth?: number };
  /** The answer stands instead: the server has done its work. */
  readonly after?: boolean;
  /** How long it goes on standing when all has struck; 0 unless told. */
  readonly forMs?: number;
  /** How long the request may take to come; 30,000 unless told. */
  readonly withinMs?: number;
};

/**
 * Hold a step of the protocol, strike while it stands, let go. The faults' own times and events count from when it stands:
 * `{ atMs: 0 }` strikes at once. What `then` heals after a while is healed after the step was let go.
 */
export function hold(link: KafkaLink, when: Holding<KafkaMatch>, then: Fault | readonly Fault[]): Fault;
export function hold(link: CatalogLink, when: Holding<HttpMatch<CatalogKind>>, then: Fault | readonly Fault[]): Fault;
export function hold(link: StoreLink, when: Holding<HttpMatch<StoreKind>>, then: Fault | readonly Fault[]): Fault;
export function hold(link: ConnectLink, when: Holding<HttpMatch<ConnectKind>>, then: Fault | readonly Fault[]): Fault;
export function hold(
  link: KafkaLink | HttpLink,
  when: Holding<KafkaMatch | HttpMatch<string>>,
  then: Fault | readonly Fault[],
): Fault {
  const strikes = [then].flat();
  const step = "api" in when.on ? when.on.api : when.on.kind;
  const { links, servers, needs, awaits } = needsOf(strikes);
  return {
    label: `hold ${when.after === true ? "the answer to " : ""}${step} on ${link} ${momentText(when)}, then ${strikes.map(({ label }) => label).join(", ")}`,
    when,
    links: [link, ...links],
    servers,
    needs,
    awaits,
    inject: async (context) => {
      const { withinMs = 30_000, forMs = 0 } = when;
      const held = setHold(context.stack, link, when);
      return (await stands(held, withinMs))
        ? strikeWhileHeld({ held, strikes, forMs, step, link, context })
        : { heal: async () => held.release(), proof: async () => undefined, excuse: () => never(step, link, withinMs) };
    },
  };
}

function setHold(
  { links }: Stack,
  link: KafkaLink | HttpLink,
  { on, after }: Holding<KafkaMatch | HttpMatch<string>>,
): Hold {
  const side = after === undefined ? {} : { after };
  if (isKafkaLink(link)) {
    invariant("api" in on, "a Kafka link's requests are chosen by API");
    return links.proxyOf(link).hold({ ...on, ...side });
  }
  invariant("kind" in on, "an HTTP link's requests are chosen by kind");
  return links.proxyOf(link).hold({ ...on, ...side });
}

async function stands(held: Hold, withinMs: number): Promise<boolean> {
  const stood = (await ifWithin({ ms: withinMs, run: held.held })) === true;
  if (!stood) held.release();
  return stood;
}

interface Held {
  readonly held: Hold;
  readonly strikes: readonly Fault[];
  readonly forMs: number;
  readonly step: string;
  readonly link: string;
  readonly context: FaultContext;
}

async function strikeWhileHeld({ held, strikes, forMs, step, link, context }: Held): Promise<InjectedFault> {
  const struck: InjectedFault[] = [];
  const healing: (() => Promise<void>)[] = [];
  const strike = strikeMeanwhile(context, `while ${step} stood`);
  try {
    for (const fault of strikes) {
      const injected = await strike(fault);
      struck.push(injected);
      healing.push(healOnce(injected));
    }
    await pause(forMs);
  } catch (error) {
    for (const heal of healing) await heal();
    throw error;
  } finally {
    held.release();
  }
  const stoodMs = Math.round(held.stoodMs() ?? 0);
  await Promise.all(
    struck.map(async ({ healAfterMs }, at) => {
      if (healAfterMs === undefined) return;
      await pause(healAfterMs);
      await healing[at]?.();
    }),
  );
  const all = together(struck);
  return {
    ...all,
    heal: async () => {
      for (const heal of healing) await heal();
    },
    proof: () => after(`${step} stood on ${link} for ${stoodMs} ms`, all.proof()),
  };
}

function healOnce(injected: InjectedFault): () => Promise<void> {
  let healed = false;
  return async () => {
    if (healed) return;
    healed = true;
    await injected.heal();
  };
}

function never(step: string, link: string, withinMs: number): string {
  return `no ${step} came on ${link} within ${withinMs} ms, so nothing was held and nothing else was struck`;
}
