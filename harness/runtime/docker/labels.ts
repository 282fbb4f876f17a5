import { hostname } from "node:os";
import { ownIdentity } from "../processes.ts";

/** What everything of a stack carries on the engine. */
export const stackLabel = "floe.stack";
/** Which server of the stack a container is. */
export const serverLabel = "floe.server";
/** Where the stack is written down, and on which machine: of containers whose record is gone. */
export const recordLabel = "floe.record";
export const machineLabel = "floe.machine";
/** The harness that made it: process id and start. */
export const harnessLabel = "floe.harness";

export function stackLabels({ stackId, stackDir }: { stackId: string; stackDir: string }): Record<string, string> {
  const { pid, startTime } = ownIdentity();
  return {
    [stackLabel]: stackId,
    [recordLabel]: stackDir,
    [machineLabel]: hostname(),
    [harnessLabel]: `${pid} ${startTime}`,
  };
}
