import type { z } from "zod";
import { type Address, hostPort } from "#core/addresses.ts";
import { type Deadline, deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError, messageOf, usageError } from "#core/errors.ts";

export interface RestRequest {
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** What it is for, as the end of "Connect refused to …". */
  readonly what: string;
}

/** Sends one request and hands back the body of its good answer. Everything else is thrown. */
export async function ask(address: Address, request: RestRequest): Promise<unknown> {
  const deadline = deadlineIn(20_000);
  const answer = await unlessRebalancing(request, deadline, () => send(address, request, deadline));
  if (answer.status < 400) return answer.body;
  throw refusal(request, answer);
}

/** The body as what the caller expects of it. */
export function parsed<T>(schema: z.ZodType<T>, what: string, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw environmentError({
    code: "CONNECT_ANSWER",
    what: `Connect's answer to ${what} is not what its documentation says`,
    got: JSON.stringify(body)?.slice(0, 300),
    remedy: "check that the address is a Connect worker's, and its version",
    cause: result.error,
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * 409 says that a rebalance is under way and that nothing was done, so asking again repeats nothing; where a request meets
 * the rebalance inside the herder, the same comes as 500 (4.3.1). They are the only answers after which a write is sent
 * again; an answer that got lost is not.
 */
async function unlessRebalancing(
  request: RestRequest,
  deadline: Deadline,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const outcome = await poll({
    what: `Connect to end its rebalance and ${request.what}`,
    deadline,
    everyMs: 100,
    look: async () => {
      const [result] = await Promise.allSettled([send()]);
      if (result.status === "rejected" || !isRebalancing(result.value)) return seen(result);
      return notYet(`${result.value.status} ${messageIn(result.value.body)}`);
    },
  });
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

function isRebalancing({ status, body }: Answer): boolean {
  return status === 409 || (status === 500 && messageIn(body).includes("because a rebalance is expected"));
}

async function send(address: Address, request: RestRequest, deadline: Deadline): Promise<Answer> {
  try {
    const response = await fetch(`http://${hostPort(address)}${request.path}`, {
      method: request.method,
      signal: AbortSignal.timeout(Math.ceil(deadline.remainingMs()) + 1),
      ...(request.body === undefined
        ? {}
        : { body: JSON.stringify(request.body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return { status: response.status, body: jsonOrText(text) };
  } catch (error) {
    throw environmentError({
      code: "CONNECT_UNREACHABLE",
      what: `Connect at ${hostPort(address)} did not answer when asked to ${request.what}`,
      got: messageOf(error),
      remedy: "look at the worker's log in the run folder",
      cause: error,
    });
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusal(request: RestRequest, { status, body }: Answer): Error {
  const parts = {
    what: `Connect refused to ${request.what}`,
    got: `HTTP ${status}: ${messageIn(body)}`,
    evidence: [`${request.method} ${request.path}`],
  };
  if (status === 404) return usageError({ code: "CONNECT_UNKNOWN", ...parts, remedy: "check the name" });
  if (status < 500) return usageError({ code: "CONNECT_REFUSED", ...parts, remedy: "do what the message says" });
  return environmentError({ code: "CONNECT_FAILED", ...parts, remedy: "look at the worker's log in the run folder" });
}

function messageIn(body: unknown): string {
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : body;
  return typeof message === "string" ? message : JSON.stringify(message);
}
