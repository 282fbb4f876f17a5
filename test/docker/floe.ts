import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Runs the command line as a user does, with its evidence and its records in a folder of its own. */
export async function floe(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "floe-docker-"));
  const child = spawn("./floe", [...args, "--runs", join(folder, "runs")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FLOE_STATE: folder, ...env },
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await once(child, "exit");
  return { status, said: (await said).join(""), folder };
}
