import type { Command } from "commander";
import { faultTexts } from "#run/faults/list.ts";

/** `floe faults`: what can be broken on purpose, how it is healed, and by what a run knows that it bit. */
export function addFaults(program: Command): void {
  program
    .command("faults")
    .description("list what can be broken on purpose, and how it is proved")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      console.log(json === true ? JSON.stringify(faultTexts, undefined, 2) : lines().join("\n"));
    });
}

function lines(): string[] {
  const width = Math.max(...Object.keys(faultTexts).map((name) => name.length));
  return Object.entries(faultTexts).flatMap(([name, { what, heals, mark }]) => [
    `faults.${name.padEnd(width)}  ${what}`,
    `${" ".repeat(width + 7)}  heals: ${heals || "nothing to heal"}; proved by: ${mark}`,
  ]);
}
