import type { Command } from "commander";
import { type DoctorRow, examine } from "#artifacts/doctor.ts";
import { makeLock } from "#artifacts/lock/make.ts";
import { type PartsRequest, resolveParts } from "#artifacts/resolve.ts";
import { stopwatch } from "#core/clock.ts";
import { progressTeller } from "#report/console.ts";
import { installExtensions } from "#stages/duckdb/client.ts";
import { addStackFlags, readStackFlags } from "./options.ts";

/** `floe setup`: everything ahead of time, every file's checksum reckoned again. */
export function addSetup(program: Command): void {
  const command = program
    .command("setup")
    .description("fetch every server part ahead of time, and check what is there");
  addStackFlags(command).action(async (options: unknown) => {
    const elapsed = stopwatch();
    const parts = await resolveParts({ ...partsRequest(options), thorough: true });
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
    const rows = await examine(partsRequest(options));
    console.log(table(rows).join("\n"));
    ends(rows.every(({ todo }) => todo === "") ? 0 : 3);
  });
}

/** `floe lock`: resolves the versions of the repo's lock file anew, with Maven. */
export function addLock(program: Command): void {
  program
    .command("lock")
    .description("make the lock file of server parts anew (needs mvn)")
    .action(() => makeLock({ onStep: (step) => console.log(step) }));
}

function partsRequest(options: unknown): PartsRequest {
  const { set, cacheDir, objectStore, plugin, mysqld } = readStackFlags(options);
  return {
    set,
    cacheDir,
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
