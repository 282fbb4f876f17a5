import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { z } from "zod";
import { deadlineIn, pause, within } from "#core/deadline.ts";
import { messageOf } from "#core/errors.ts";
import type { Exit } from "#process/server.ts";
import type { ServerBody } from "../server.ts";
import type { Container, Engine } from "./engine.ts";

export interface BodyOptions {
  readonly engine: Engine;
  readonly container: Container;
  readonly image: string;
  readonly logFile: string;
}

/** Starts a container whose files are in place. Its log is followed from before the start, so no line is lost. */
export async function startContainer(options: BodyOptions): Promise<ServerBody> {
  const output = await options.container.attach({ stream: true, stdout: true, stderr: true });
  const logged = writeLog(options, output);
  await options.container.start();
  return bodyOf(options, logged);
}

/** Takes over a container that runs already; its log is followed from now on. */
export async function adoptContainer(options: BodyOptions): Promise<ServerBody> {
  const output = await options.container.logs({ follow: true, stdout: true, stderr: true, tail: 0 });
  return bodyOf(options, writeLog(options, output));
}

/** Both outputs into one file. Resolves when they have ended; a log that cannot be written stops no server. */
async function writeLog({ engine, logFile }: BodyOptions, output: NodeJS.ReadableStream): Promise<void> {
  const file = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  file.on("error", () => undefined);
  engine.docker.modem.demuxStream(output, file, file);
  await finished(output).catch(() => undefined);
  file.end();
  await finished(file).catch(() => undefined);
}

function bodyOf({ container, image }: BodyOptions, logged: Promise<void>): ServerBody {
  let ended: Exit | undefined;
  const exited = (async () => {
    const exit = await exitOf(container, image);
    // The last lines are the ones that tell why: the end is told when they are in the file.
    await within({ what: "the end of the log", ms: 2_000, run: logged }).catch(() => undefined);
    ended = exit;
    return exit;
  })();
  return { exited, ending: () => ended, signal: signalsTo(container) };
}

async function exitOf(container: Container, image: string): Promise<Exit> {
  const from = `in a container of ${image}`;
  try {
    const { StatusCode } = z.object({ StatusCode: z.number() }).parse(await container.wait());
    const { State } = await container.inspect();
    const note = State.OOMKilled ? `${from}, killed for its memory` : from;
    return { exitCode: StatusCode, signal: undefined, note };
  } catch {
    return { exitCode: undefined, signal: undefined, note: `${from} that is gone` };
  }
}

/** 304: it is so already. 404, 409: the container is gone, or not running, or not paused. */
const harmless = [304, 404, 409];

/** How long a refused pause, or a refused end of one, is asked for again: the engine's events take milliseconds. */
const settlesWithinMs = 2_000;

/**
 * Docker takes its word for "paused" from events that trail behind its own answers, so that soon after a pause or its
 * end it refuses the next one for what is no longer so. It is asked again until it agrees, or the refusal has proved true.
 */
function signalsTo(container: Container): (name: NodeJS.Signals) => Promise<void> {
  let paused = false;
  return async (name) => {
    const perhapsOfThePast =
      name === "SIGSTOP" ? /already paused/ : paused ? /not paused|running process/ : /running process/;
    const deadline = deadlineIn(settlesWithinMs);
    let refusal = await refusalOf(container, name);
    while (refusal !== undefined && perhapsOfThePast.test(refusal) && deadline.remainingMs() > 0) {
      await pause(20);
      refusal = await refusalOf(container, name);
    }
    if (name === "SIGSTOP") paused = true;
    if (name === "SIGCONT") paused = false;
  };
}

/** Sends it. What the engine said where there was nothing to do, as it sees the container. */
async function refusalOf(container: Container, name: NodeJS.Signals): Promise<string | undefined> {
  try {
    if (name === "SIGSTOP") await container.pause();
    else if (name === "SIGCONT") await container.unpause();
    else await container.kill({ signal: name });
    return undefined;
  } catch (error) {
    const refusal = messageOf(error);
    const goesOn = name === "SIGCONT" && /not paused|running process/.test(refusal);
    if (!goesOn && !harmless.includes(statusOf(error) ?? 0)) throw error;
    return refusal;
  }
}

/** The status of an answer of the engine that was none of its good ones. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && "statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}
