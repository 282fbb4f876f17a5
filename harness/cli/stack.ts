import type { Command } from "commander";
import { z } from "zod";
import { ask } from "#run/ask.ts";
import { openRun } from "#run/open-run.ts";
import { downStack, listStacks, type StackState } from "#runtime/stacks.ts";
import { addStackFlags, readStackFlags } from "./options.ts";
import { folderOf } from "./report.ts";
import { defaultScenario, scenarioCommand } from "./scenario.ts";

/** `floe up`: the default scenario on a stack that stays, so there is something to look at. */
export function addUp(program: Command, ends: (exitCode: number) => void): void {
  const command = program.command("up").description("start a stack with the employees pipeline on it, and keep it");
  addStackFlags(command).action(async (options: object) => {
    ends(await scenarioCommand({ names: [defaultScenario], options: { ...options, keep: true } }));
    console.log('  ./floe sql "SELECT * FROM employees LIMIT 5"    ./floe status --secrets    ./floe down');
  });
}

/** `floe down`: ends every kept stack of this user. */
export function addDown(program: Command): void {
  const command = program.command("down").description("end the kept stacks");
  addStackFlags(command).action(async (options: unknown) => {
    const { stateDir } = readStackFlags(options);
    const stacks = (await listStacks({ stateDir })).filter(({ condition }) => condition !== "running");
    for (const { record } of stacks) {
      await downStack({ stateDir, record });
      console.log(`ended ${record.stackId}`);
    }
    if (stacks.length === 0) console.log("no stack is kept");
  });
}

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .description("show the stacks that run")
    .option("--secrets", "passwords, too");
  addStackFlags(command).action(async (options: unknown) => {
    const { stateDir } = readStackFlags(options);
    const { secrets } = z.object({ secrets: z.boolean().default(false) }).parse(options);
    const stacks = await listStacks({ stateDir });
    for (const stack of stacks) console.log(stackLines(stack, secrets).join("\n"));
    if (stacks.length === 0) console.log("no stack runs");
  });
}

/** `floe sql`: asks DuckDB, with the newest pipeline's tables as the default and MySQL as `src`. */
export function addSql(program: Command): void {
  const command = program
    .command("sql")
    .description("ask DuckDB with the lake (default schema: the newest pipeline's) and MySQL (as src) attached")
    .argument("<statement>")
    .option(
      "--run <folder>",
      "ask what a run has seen instead: ledger, topics, control, positions, snapshots, files, lake …",
    )
    .option("--json", "an array of rows, each value as text");
  addStackFlags(command).action(async (statement: string, options: unknown) => {
    const flags = readStackFlags(options);
    const { json, run } = z.object({ json: z.boolean().default(false), run: z.string().optional() }).parse(options);
    const rows = run === undefined ? await ask({ ...flags, statement }) : await askRun(run, flags.runs, statement);
    console.log(json ? JSON.stringify(rows, undefined, 2) : rowLines(rows).join("\n"));
  });
}

async function askRun(name: string, runs: string, statement: string) {
  using run = await openRun(await folderOf(name, runs));
  return await run.rows(statement);
}

function stackLines({ record, condition, deadServers, users }: StackState, secrets: boolean): string[] {
  return [
    `${record.stackId}  ${record.runtime}  ${condition}${deadServers.length > 0 ? `, dead: ${deadServers.join(", ")}` : ""}, used by ${users} now`,
    `  logs: ${record.folder}/logs`,
    ...record.servers.map(
      ({ name, ports, hosts }) =>
        `  ${name.padEnd(14)} ${Object.entries(ports)
          .map(([port, number]) => `${port} ${hosts.outer}:${number}`)
          .join("  ")}`,
    ),
    ...(secrets ? [`  secrets: ${record.details["secrets"] ?? "none written down: the stack is not kept"}`] : []),
  ];
}

function rowLines(rows: readonly Readonly<Record<string, string | null>>[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return ["no rows"];
  const cells = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? "NULL"))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, `${rows.length} rows`];
}
