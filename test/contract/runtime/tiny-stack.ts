import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Address, hostPort } from "#core/addresses.ts";
import { freshRunId } from "#core/random.ts";
import type { NativeParts } from "#runtime/native/parts.ts";
import type { NativeOptions } from "#runtime/native/runtime.ts";
import type { PreparedData, ServerSpec } from "#runtime/port.ts";

const tinyServer = fileURLToPath(new URL("tiny-server.ts", import.meta.url));

/** Parts in which the only real program is Node itself, as `minio`. */
export const tinyParts: NativeParts = {
  java: { executable: "java", version: "17" },
  classpaths: { kafka: [], catalog: [], "object-store": [] },
  mysqld: { command: "mysqld", args: [] },
  executables: { minio: process.execPath },
};

export interface TinyServer {
  readonly name: string;
  readonly special?: string;
  readonly prepared?: PreparedData;
  readonly readyWithinMs?: number;
}

/** A tiny server as a stage would describe a real one. */
export function tinySpec({ name, special = "", prepared, readyWithinMs = 20_000 }: TinyServer): ServerSpec {
  return {
    name,
    part: "object-store",
    ports: ["http"],
    launch: (place) => ({
      program: { kind: "executable", name: "minio" },
      args: [tinyServer, String(place.port("http")), place.dataDir, special],
      env: { GREETING: "hello" },
      files: { "tiny.properties": `data=${place.dataDir}\nsecret=hunter2\n` },
    }),
    ready: async (address) => (await ask(address("http"))).starts > 0,
    readyWithinMs,
    ...(prepared === undefined ? {} : { prepared }),
  };
}

/** First data that a run of the tiny server makes: which process made it, and a file that each server must have of its own. */
export function tinyData(special = "make"): PreparedData {
  return {
    key: "tiny 1",
    make: (place) => ({
      program: { kind: "executable", name: "minio" },
      args: [tinyServer, "0", place.dataDir, special],
    }),
    forget: ["own.id"],
  };
}

const answer = z.object({ server: z.string().optional(), starts: z.number() });

/** What a tiny server answers: who it is, and how often it was started on its data. */
export async function ask(address: Address): Promise<z.infer<typeof answer>> {
  const response = await fetch(`http://${hostPort(address)}/`, { signal: AbortSignal.timeout(1_000) });
  return answer.parse(await response.json());
}

/** Options of a runtime in a folder, with a new stack id. */
export function tinyOptions(base: string, more: Partial<NativeOptions> = {}): NativeOptions {
  return {
    stackId: freshRunId(),
    folder: join(base, "run"),
    stateDir: join(base, "state"),
    // Shared by all tests: a reaper writes its compiled self there when it ends, later than a test does.
    cacheDir: join(tmpdir(), "floe-test-cache"),
    parts: tinyParts,
    onServer: () => undefined,
    jvm: "fast",
    classDataSharing: false,
    ...more,
  };
}
