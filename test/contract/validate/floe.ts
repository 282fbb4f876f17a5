import { execFile } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..", "..");

/** Runs the command line as a user does. */
export function floe(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const command = [join(root, "harness/cli/main.ts"), ...args];
    const child = execFile(process.execPath, command, { cwd: root, timeout: 120_000 }, (_, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
