import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import mavenUrl from "mvn-artifact-url";
import { environmentError, messageOf, systemCode } from "#core/errors.ts";
import { type Coordinates, coordinatesText } from "../coordinates.ts";

export interface JarDownload {
  readonly coordinates: Coordinates;
  readonly to: string;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** It is a CommonJS module: bare Node imports its exports, vitest its default export. */
const urlOf = typeof mavenUrl === "function" ? mavenUrl : mavenUrl.default;

/** A few connections, used again; HTTPS_PROXY, HTTP_PROXY and NO_PROXY count. */
const agent = new Agent({ keepAlive: true, maxSockets: 8, proxyEnv: process.env });
const quietMsMax = 20_000;

/** Downloads a file from the default Maven repository. Returns its sha256, reckoned while it was read. */
export async function downloadJar({ coordinates, to, onBytes, signal }: JarDownload): Promise<string> {
  const { group, artifact, type, classifier, version } = coordinates;
  const name = { groupId: group, artifactId: artifact, version, extension: type };
  const url = await urlOf(classifier === undefined ? name : { ...name, classifier });
  const answer = await request(url, signal);
  if (answer.statusCode !== 200) {
    answer.resume();
    throw refused(coordinates, answer.statusCode ?? 0);
  }
  const hash = createHash("sha256");
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(answer, meter, createWriteStream(to), { signal });
  return hash.digest("hex");
}

function request(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = get(url, { agent, signal, timeout: quietMsMax }, resolve);
  sent.on("timeout", () => sent.destroy(quiet()));
  sent.on("error", reject);
  return promise;
}

function quiet(): Error {
  return environmentError({
    code: "REGISTRY_SILENT",
    what: `the Maven repository sent nothing for ${quietMsMax / 1_000} s`,
    remedy: "look at the network and at HTTPS_PROXY",
  });
}

function refused(coordinates: Coordinates, status: number): Error {
  return environmentError({
    code: "REGISTRY_REFUSED",
    what: `the Maven repository answered ${status} for ${coordinatesText(coordinates)}`,
    remedy: "if your mirror is Maven's, name it in ~/.m2/settings.xml: Maven then fetches",
  });
}

/** Whether there is no way to the registry at all, so that the other files need not be tried. */
export function isUnreachable(error: unknown): boolean {
  const code = systemCode(error) ?? "";
  return unreachableCodes.has(code) || /proxy/i.test(messageOf(error));
}

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "REGISTRY_SILENT",
]);
