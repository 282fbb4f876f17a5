import type { Terminal } from "#report/console.ts";

/** The process's own standard output as a terminal: colour and a moving line only where a person looks. */
export function terminal({ quiet }: { quiet: boolean }): Terminal {
  const interactive = process.stdout.isTTY && process.env["CI"] === undefined;
  return {
    interactive,
    color: interactive && process.env["NO_COLOR"] === undefined,
    write: (text) => {
      if (!quiet) process.stdout.write(text);
    },
  };
}

/** A signal that fires at the first Ctrl-C or SIGTERM. The second one leaves at once: the reaper ends the servers. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupted = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
    process.stderr.write(`\n${signal}: ending the servers; once more to leave at once\n`);
    controller.abort(signal);
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
  return controller.signal;
}
