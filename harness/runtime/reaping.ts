import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "#core/deadline.ts";
import { type Companion, startCompanion } from "#process/companion.ts";
import type { StackPaths } from "./ending.ts";
import type { StackRecord } from "./record.ts";

/** The harness's end of the pipe to its reaper. */
export interface Reaper {
  readonly pid: number;
  /** From now on the stack outlives the harness, until nobody has used it for so long. */
  keep(idleMs: number): Promise<void>;
  /** Everything is cleared up: the reaper may go. */
  dismiss(): Promise<void>;
}

export interface ReaperOptions extends StackPaths {
  readonly runtime: StackRecord["runtime"];
  readonly logFile: string;
  /** Where Node keeps the compiled reaper: without it each one carries a TypeScript parser, 17 MB and 45 ms. */
  readonly cacheDir: string;
}

/** Starts the reaper; resolves when it watches. */
export async function startReaper(options: ReaperOptions): Promise<Reaper> {
  const { stackDir, dataDir, runtime, logFile, cacheDir } = options;
  const program = fileURLToPath(new URL("reaper.ts", import.meta.url));
  const companion = await startCompanion({
    what: "the reaper",
    command: process.execPath,
    args: ["--max-semi-space-size=1", program, stackDir, dataDir, logFile, runtime],
    env: {
      // How to find the engine is told by many variables.
      ...(runtime === "docker" ? definedIn(process.env) : { PATH: process.env["PATH"] ?? "" }),
      NODE_COMPILE_CACHE: join(cacheDir, "node"),
      NODE_NO_WARNINGS: "1",
    },
  });
  await hear(companion, "ready");
  return {
    pid: companion.pid,
    keep: async (idleMs) => {
      companion.send(`keep ${idleMs}`);
      await hear(companion, "kept");
    },
    dismiss: async () => {
      companion.send("done");
      await within({ what: "the reaper to go", ms: 5_000, run: companion.exited });
    },
  };
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function hear(companion: Companion, word: string): Promise<void> {
  await within({ what: `the reaper to say "${word}"`, ms: 10_000, run: companion.hear() });
}
