import type { CatalogLink, ConnectLink, HttpLink, KafkaLink, LinkName, StoreLink } from "#core/addresses.ts";
import { ifWithin } from "#core/deadline.ts";
import type { HttpBlow, HttpRule } from "#runtime/proxy/http/book.ts";
import type { CatalogKind, ConnectKind, StoreKind } from "#runtime/proxy/http/kinds.ts";
import type { KafkaRule } from "#runtime/proxy/kafka/book.ts";
import type { SetRule, Turns } from "#runtime/proxy/rules.ts";
import type { Stack } from "../../stack.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { momentText } from "../moments.ts";
import type { While } from "./links.ts";

/** A rule for some requests outlasts the act until they have come, so long at most; 30,000 unless told. */
type Until = While & { readonly withinMs?: number };

/**
 * From its moment on, do something with the requests of a kind: answer them, forward them and answer otherwise, drop the
 * connection instead of answering, delay them, cut their answers short. `nth` and `times` choose which of them.
 */
export function http(link: CatalogLink, when: Until & HttpRule<CatalogKind>): Fault;
export function http(link: StoreLink, when: Until & HttpRule<StoreKind>): Fault;
export function http(link: ConnectLink, when: Until & HttpRule<ConnectKind>): Fault;
export function http(link: HttpLink, when: Until & HttpRule<string>): Fault {
  const { on, do: blow } = when;
  return onRequests({
    link,
    when,
    verb: blowText(blow, `${on.kind}${turnsText(on)}`),
    requests: on.kind,
    turns: on,
    outage: isOutage(on) && !(typeof blow === "object" && "delay" in blow),
    set: ({ links }) => links.proxyOf(link).rule({ on, do: blow }),
  });
}

/** From its moment on, answer a client's requests to the brokers with an error of Kafka's. */
export function kafka(link: KafkaLink, when: Until & KafkaRule): Fault {
  const { api, error, after = false } = when;
  return onRequests({
    link,
    when,
    verb: `${error} ${after ? "after" : "for"} ${api}${turnsText(when)}`,
    requests: api,
    turns: when,
    outage: isOutage(when),
    set: ({ links }) => links.proxyOf(link).rule(when),
  });
}

interface RequestFault {
  readonly link: LinkName;
  readonly when: Until;
  readonly turns: Turns;
  readonly verb: string;
  /** What the requests are called. */
  readonly requests: string;
  /** All of them are struck, so nothing flows meanwhile. */
  readonly outage: boolean;
  readonly set: (stack: Stack) => SetRule;
}

function onRequests({ link, when, turns, verb, requests, outage, set }: RequestFault): Fault {
  return {
    label: `${verb} on ${link} ${momentText(when)}`,
    when,
    links: [link],
    inject: async ({ stack }): Promise<InjectedFault> => {
      const rule = set(stack);
      return {
        ...(when.forMs === undefined ? {} : { healAfterMs: when.forMs }),
        interruptsFlow: outage,
        heal: async () => {
          const { forMs, withinMs = 30_000 } = when;
          if (forMs === undefined && !isOutage(turns)) await ifWithin({ ms: withinMs, run: rule.spent });
          rule.end();
        },
        proof: async () =>
          rule.struck() > 0
            ? `struck ${rule.struck()} of ${rule.matched()} ${requests} requests on ${link}`
            : undefined,
        excuse: () => excuse(rule, requests),
      };
    },
  };
}

function excuse(rule: SetRule, requests: string): string {
  const [why] = rule.missed();
  if (why !== undefined) return why;
  return rule.matched() === 0
    ? `no ${requests} request that it is about came`
    : `only ${rule.matched()} ${requests} requests came, and it was none of theirs`;
}

function isOutage({ nth, times }: Turns): boolean {
  return nth === undefined && times === undefined;
}

function turnsText({ nth, times }: Turns): string {
  const first = nth === undefined ? "" : ` no. ${nth}`;
  return times === undefined ? first : `${first} (${times === 1 ? "once" : `${times} times`})`;
}

function blowText(blow: HttpBlow, requests: string): string {
  if (blow === "forwardThenDrop") return `forward ${requests} and drop the answer`;
  if ("answer" in blow) return `answer ${blow.answer.status} to ${requests}`;
  if ("forwardThenAnswer" in blow) return `forward ${requests} and answer ${blow.forwardThenAnswer.status}`;
  if ("delay" in blow) return `delay ${requests} by ${blow.delay.ms} ms`;
  return `cut the answer to ${requests} after ${blow.truncate.bytes} bytes`;
}
