import { homedir } from "node:os";
import { join } from "node:path";

/** Where records of running stacks lie: beside the cache, one file a stack, for every checkout of this user. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const base = env["FLOE_STATE"] ?? join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "floe");
  return join(base, "stacks");
}
