import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { asDiskFull } from "#runtime/failure.ts";
import { logNames, logSize } from "#runtime/log-tail.ts";

/**
 * A kept stack's servers go on writing where the run that started them lies. Remembers how far each log is now; the
 * function it gives copies what was written since into another run's own folder, so that its evidence is whole.
 */
export function rememberLogs(from: string): (to: string) => Promise<void> {
  const begins = new Map(logNames(from).map((name) => [name, logSize(join(from, name))]));
  return async (to) => {
    const copies = logNames(from).map((name) => copyFrom(join(from, name), join(to, name), begins.get(name) ?? 0));
    await Promise.all(copies);
  };
}

async function copyFrom(from: string, to: string, start: number): Promise<void> {
  try {
    await pipeline(createReadStream(from, { start }), createWriteStream(to));
  } catch (error) {
    throw asDiskFull(error, to);
  }
}
