import type { Command } from "commander";
import { type DoctorRow, examine } from "#artifacts/doctor.ts";
import { makeLock } from "#artifacts/lock/make.ts";
import { stopwatch } from "#core/clock.ts";
import { progressTeller } from "#report/console.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";
import { findParts, type RunPartsRequest } from "#run/find-parts.ts";
import { installExtensions } from "#stages/duckdb/client.ts";
import { addStackFlags, readStackFlags } from "./options.ts";

/** `floe setup`: everything ahead of time, every file's checksum reckoned again. */
export function addSetup(program: Command): void {
  const command = program
    .command("setup")
    .description("fetch every server part ahead of time, and check what is there");
  addStackFlags(command).action(async (options: unknown) => {
    const elapsed = stopwatch();
    const parts = await findParts({ ...(await partsRequest(options)), thorough: true });
    for (const [part, version] of Object.entries(parts.versions)) console.log(`  ${part.padEnd(12)} ${version}`);
    console.log(
      `all parts are there and whole (${(elapsed() / 1000).toFixed(1)} s): ${readStackFlags(options).cacheDir}`,
    );
  });
}

/** `floe doctor`: what is there, from where, and what to do about the rest. Exit code 3 when something is missing. */
export function addDoctor(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("doctor")
    .description("show what is there of each part, and what to do about the rest");
  addStackFlags(command).action(async (options: unknown) => {
    const rows = await examineFor(await partsRequest(options));
    console.log(table(rows).join("\n"));
    ends(rows.every(({ todo }) => todo === "") ? 0 : 3);
  });
}

/** Programs do not matter where containers run, and images do not where processes do. */
async function examineFor(request: RunPartsRequest): Promise<DoctorRow[]> {
  const rows = await examine(request);
  if (request.runtime === "native") return rows;
  const { examineEngine } = await import("#runtime/docker/doctor.ts");
  const programs = ["java", "mysql", "object-store"];
  const others = rows.filter(({ part }) => !programs.includes(part));
  return [...others, ...(await examineEngine({ ...request, instead: request.image }))];
}

/** `floe lock`: resolves the versions of the repo's lock file anew, with Maven. */
export function addLock(program: Command): void {
  program
    .command("lock")
    .description("make the lock file of server parts anew (needs mvn)")
    .action(() => makeLock({ onStep: (step) => console.log(step) }));
}

async function partsRequest(options: unknown): Promise<RunPartsRequest> {
  const stack = readStackFlags(options);
  const { set, cacheDir, image, plugin, mysqld } = stack;
  const { runtime, objectStore } = await chooseRuntime(stack);
  return {
    set,
    cacheDir,
    runtime,
    image,
    objectStore,
    catalog: "rest",
    plugins: plugin,
    ...(mysqld === undefined ? {} : { mysqld }),
    installDuckdbExtensions,
    onProgress: progressTeller((text) => console.log(`  ${text}`)),
  };
}

async function installDuckdbExtensions(folder: string): Promise<void> {
  await installExtensions(folder);
}

function table(rows: readonly DoctorRow[]): string[] {
  const cells = [
    ["part", "version", "from", "what to do"],
    ...rows.map(({ part, version, from, todo }) => [part, version, from, todo]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
