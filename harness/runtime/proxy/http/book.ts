import { usageError } from "#core/errors.ts";
import { type Hold, type HoldBook, makeHoldBook } from "../holds.ts";
import { makeRuleBook, meets, type RuleBook, type SetRule, type Turns } from "../rules.ts";
import { makeWatchBook } from "../watches.ts";
import type { ErrorBodies } from "./error-bodies.ts";
import type { Classified, Classify } from "./kinds.ts";

/** Which requests are meant. */
export interface HttpMatch<Kind extends string> {
  readonly kind: Kind;
  /** The table's name, or a pattern on `namespace.table`. */
  readonly table?: string | RegExp;
  /** A pattern on the path and query, as the client sent them. */
  readonly path?: RegExp;
}

/** A status, and a body where the one that the server itself would send is not meant. */
export interface ToldAnswer {
  readonly status: number;
  readonly body?: string;
}

/** What becomes of a request. */
export type HttpBlow =
  /** Answered without the server having heard of it. */
  | { readonly answer: ToldAnswer }
  /** The server does it, and the client is told something else. */
  | { readonly forwardThenAnswer: ToldAnswer }
  /** The server does it, and the client's connection is reset in place of an answer. */
  | "forwardThenDrop"
  /** It reaches the server only after so long. */
  | { readonly delay: { readonly ms: number } }
  /** So much of the answer's body passes, then the connection is reset. A shorter body passes whole. */
  | { readonly truncate: { readonly bytes: number } };

export interface HttpRule<Kind extends string> {
  readonly on: HttpMatch<Kind> & Turns;
  readonly do: HttpBlow;
}

/** What an HTTP link can be told, besides what every link can. */
export interface HttpFaults<Kind extends string> {
  rule(rule: HttpRule<Kind>): SetRule;
  /** Stops the n-th request that matches; `after`: its answer, when the server has done its work. */
  hold(match: HttpMatch<Kind> & { readonly nth?: number; readonly after?: boolean }): Hold;
  /** Tells of each request that matches as it comes, whatever becomes of it. */
  watch(match: HttpMatch<Kind>, onRequest: () => void): Disposable;
  /** Requests of a kind that came; of all kinds, when none is named. */
  requests(kind?: Kind): number;
}

export interface SeenHttp {
  readonly kind: string;
  readonly table: string;
  /** Path and query. */
  readonly url: string;
}

/** What all proxies of an HTTP link share: how its requests are told apart, its rules and its holds. */
export interface HttpBook extends Pick<RuleBook<SeenHttp, HttpBlow>, "clear"> {
  readonly rules: RuleBook<SeenHttp, HttpBlow>;
  readonly holds: HoldBook<SeenHttp>;
  readonly errorBody: ErrorBodies;
  /** Tells what a request is, counts it, and lets those know who wait for it. */
  see(request: { readonly method: string; readonly url: string; readonly copies: boolean }): SeenHttp;
}

export interface HttpBookOptions<Kind extends string> {
  readonly kinds: readonly Kind[];
  readonly classify: Classify<Kind>;
  readonly errorBody: ErrorBodies;
}

export function makeHttpBook<Kind extends string>({
  kinds,
  classify,
  errorBody,
}: HttpBookOptions<Kind>): HttpBook & HttpFaults<Kind> {
  const rules = makeRuleBook<SeenHttp, HttpBlow>();
  const holds = makeHoldBook<SeenHttp>();
  const watches = makeWatchBook<SeenHttp>();
  const counts = new Map<Kind, number>();
  return {
    rules,
    holds,
    errorBody,
    see: ({ method, url, copies }) => {
      const [path = "", query = ""] = url.split("?", 2);
      const told: Classified<Kind> = classify({ method, path, query: new URLSearchParams(query), copies });
      counts.set(told.kind, (counts.get(told.kind) ?? 0) + 1);
      const seen = { ...told, url };
      watches.tell(seen);
      return seen;
    },
    watch: (match, onRequest) => watches.add(matcher(kinds, match), onRequest),
    requests: (kind) =>
      kind === undefined ? [...counts.values()].reduce((sum, count) => sum + count, 0) : (counts.get(kind) ?? 0),
    rule: ({ on, do: blow }) => {
      checkBlow(blow);
      return rules.add({ ...on, matches: matcher(kinds, on), action: blow });
    },
    hold: (match) => holds.set({ ...match, matches: matcher(kinds, match) }),
    clear: () => {
      rules.clear();
      holds.clear();
    },
  };
}

function matcher<Kind extends string>(
  kinds: readonly Kind[],
  { kind, table, path }: HttpMatch<Kind>,
): (request: SeenHttp) => boolean {
  if (!kinds.includes(kind)) throw invalid(`requests of the kind ${kind}`, `one of ${kinds.join(", ")}`);
  return (request) =>
    request.kind === kind &&
    meets(table, [request.table, request.table.split(".").at(-1) ?? ""]) &&
    meets(path, [request.url]);
}

function checkBlow(blow: HttpBlow): void {
  if (typeof blow === "string") return;
  const told = "answer" in blow ? blow.answer : "forwardThenAnswer" in blow ? blow.forwardThenAnswer : undefined;
  if (told === undefined || (Number.isInteger(told.status) && told.status >= 200 && told.status < 600)) return;
  throw invalid(`an answer with the status ${told.status}`, "a status from 200 to 599");
}

function invalid(what: string, expected: string): Error {
  return usageError({
    code: "RULE_INVALID",
    what: `a rule on an HTTP link names ${what}`,
    expected,
    remedy: "docs/writing-a-scenario.md has the kinds of each link",
  });
}
