import { Command, CommanderError } from "commander";
import { FloeError, renderError } from "#core/errors.ts";

/** argv -> calls. The only folder with process.exit and console. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("floe")
    .description("Starts a whole change-data pipeline on this machine, drives it, breaks it, and proves what arrived.")
    .version("0.1.0")
    .showSuggestionAfterError()
    .exitOverride();
  let exitCode = 0;
  const ends = (code: number) => void (exitCode = code);
  // Linting is run on every save and every commit: it does not wait for the drivers of the servers to load.
  const { addCommands } = argv[2] === "lint" ? await import("./quick-commands.ts") : await import("./commands.ts");
  addCommands(program, ends);
  await program.parseAsync(argv);
  return exitCode;
}

/** 2 for wrong usage, 3 for a broken environment, 70 for a defect of Floe itself. */
function exitCodeOf(error: unknown): number {
  if (error instanceof FloeError) return error.blame === "usage" ? 2 : 3;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return 70;
}

try {
  process.exitCode = await main(process.argv);
} catch (error) {
  // Commander has already told its own errors.
  if (!(error instanceof CommanderError)) console.error(renderError(error).join("\n"));
  process.exitCode = exitCodeOf(error);
}
// Drivers keep timers of their own; what must end has been disposed by now.
process.exit();
