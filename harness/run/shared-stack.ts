import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { invariant } from "#core/errors.ts";
import type { History } from "#core/history.ts";
import { Scope } from "#core/scope.ts";
import type { RunningServer } from "#runtime/port.ts";
import type { StackPlan } from "../stack.ts";
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
  readonly plan: StackPlan;
  readonly scope: Scope;
  readonly session: Promise<Session>;
  /** The runs on it, by their histories, which hear what happens to its servers. */
  readonly users: Set<History>;
  /** Once all are ready. */
  servers: readonly RunningServer[];
  /** It did not come up, or it was given up. */
  failed: boolean;
}

/**
 * One stack for runs of this process that ask for the same servers, side by side or one after the other. The first to come
 * starts it; it ends with its owner. One that did not come up, lost a server, or was given up takes no more runs: the next
 * gets a new one, and it ends with the last run on it.
 */
export class SharedStack implements AsyncDisposable {
  #standing: Standing | undefined;

  async join(joining: Joining): Promise<Session> {
    const { request, scope } = joining;
    const last = this.#standing;
    const found = isWell(last) ? last : undefined;
    invariant(
      !found || isDeepStrictEqual(found.plan, request.plan),
      "runs that share a stack ask for the same servers",
    );
    const standing = found ?? begin(joining);
    this.#standing = standing;
    standing.users.add(request.history);
    await scope.defer("its place on the shared stack", async () => {
      standing.users.delete(request.history);
      await endIfDone(standing);
    });
    if (last !== undefined) await endIfDone(last);
    const { stack, logs } = await standing.session;
    if (found !== undefined) {
      const copyLogs = rememberLogs(logs);
      await scope.defer("copies of logs", () => copyLogs(join(request.folder, "logs")));
    }
    return { stack, logs, inherited: false, shared: true, keep: nothing, archive: nothing };
  }

  /** Whoever runs on it goes on; nobody joins it any more. */
  giveUp(): void {
    if (this.#standing !== undefined) this.#standing.failed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#standing?.scope[Symbol.asyncDispose]();
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
  const standing: Standing = { plan: request.plan, scope, users, session: open(), servers: [], failed: false };
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

async function endIfDone(standing: Standing): Promise<void> {
  if (standing.users.size === 0 && !isWell(standing)) await standing.scope[Symbol.asyncDispose]();
}

function isWell(standing: Standing | undefined): boolean {
  return standing?.failed === false && standing.servers.every((server) => server.state() === "running");
}

async function nothing(): Promise<void> {
  // A shared stack is its owner's to keep and to prepare for the next start.
}
