import type { Command } from "commander";
import { addLint } from "./lint.ts";

/** The commands that start no server, and need none of what starts them. */
export function addCommands(program: Command, ends: (exitCode: number) => void): void {
  addLint(program, ends);
}
