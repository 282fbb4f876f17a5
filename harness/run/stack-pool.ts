import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { invariant } from "#core/errors.ts";
import type { History } from "#core/history.ts";
import { Scope } from "#core/scope.ts";
import type { RunningServer } from "#runtime/port.ts";
import { rememberLogs } from "./kept-logs.ts";
import type { Session, SessionRequest } from "./session.ts";

export interface Joining {
  readonly request: SessionRequest;
  /** The run's: it leaves the stack when this ends. */
  readonly scope: Scope;
  readonly start: (request: SessionRequest, scope: Scope) => Promise<Session>;
}

/** A stack that was started, for as long as somebody is on it or may join. */
interface Standing {
  readonly request: SessionRequest;
  readonly scope: Scope;
  readonly session: Promise<Session>;
  /** The runs on it, by their histories, which hear what happens to its servers. */
  readonly users: Set<History>;
  /** Whoever is on it wants nobody beside it. */
  alone: boolean;
  /** Once all are ready. */
  servers: readonly RunningServer[];
  /** It did not come up, or it was given up. */
  failed: boolean;
}

/**
 * Stacks for runs of this process that ask for the same servers: side by side those that leave each other alone, one after
 * the other those that would feel each other. A run that finds none with room for it starts one; all end with the pool. A
 * stack that did not come up, lost a server, or was given up takes no more runs, and ends with the last run on it.
 */
export class StackPool implements AsyncDisposable {
  readonly #standing = new Set<Standing>();
  readonly #given = new WeakMap<History, Standing>();

  async join(joining: Joining): Promise<Session> {
    const { request, scope } = joining;
    const found = [...this.#standing].find((each) => isWell(each) && hasRoom(each, request));
    const standing = found ?? begin(joining);
    invariant(asksForTheSame(standing.request, request), "runs of one pool ask for the same servers");
    this.#standing.add(standing);
    this.#given.set(request.history, standing);
    standing.users.add(request.history);
    standing.alone = request.alone === true;
    await scope.defer("its place on the shared stack", async () => {
      standing.users.delete(request.history);
      await this.#endUseless();
    });
    await this.#endUseless();
    const { stack, logs } = await standing.session;
    if (found !== undefined) {
      const copyLogs = rememberLogs(logs);
      await scope.defer("copies of logs", () => copyLogs(join(request.folder, "logs")));
    }
    return { stack, logs, inherited: false, shared: true, keep: nothing, archive: nothing };
  }

  /** Whoever runs on this run's stack goes on; nobody joins it any more. */
  giveUp(user: History): void {
    const standing = this.#given.get(user);
    if (standing !== undefined) standing.failed = true;
  }

  async #endUseless(): Promise<void> {
    const useless = [...this.#standing].filter((each) => each.users.size === 0 && !isWell(each));
    for (const each of useless) this.#standing.delete(each);
    await Promise.all(useless.map(({ scope }) => scope[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#standing].map(({ scope }) => scope[Symbol.asyncDispose]()));
  }
}

function begin({ request, start }: Joining): Standing {
  const scope = new Scope("shared stack");
  const users = new Set<History>();
  const history: History = { append: (event) => users.forEach((user) => user.append(event)) };
  const open = async () => {
    const session = await start({ ...request, history }, scope);
    await scope.defer("class archives", () => session.archive());
    return session;
  };
  const standing: Standing = { request, scope, users, session: open(), alone: false, servers: [], failed: false };
  void follow(standing);
  return standing;
}

async function follow(standing: Standing): Promise<void> {
  try {
    const { stack } = await standing.session;
    standing.servers = await stack.ready;
  } catch {
    standing.failed = true;
  }
}

function isWell({ failed, servers }: Standing): boolean {
  return !failed && servers.every((server) => server.state() === "running");
}

function hasRoom({ users, alone }: Standing, request: SessionRequest): boolean {
  return users.size === 0 || !(alone || request.alone === true);
}

function asksForTheSame(one: SessionRequest, other: SessionRequest): boolean {
  return isDeepStrictEqual([one.plan, one.proxied], [other.plan, other.proxied]);
}

async function nothing(): Promise<void> {
  // A shared stack is the pool's to keep and to prepare for the next start.
}
