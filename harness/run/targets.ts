import { closest } from "fastest-levenshtein";
import { usageError } from "#core/errors.ts";
import type { Fault } from "./fault.ts";
import { stackServers } from "./plan.ts";
import type { ScenarioDefinition } from "./scenario.ts";

/** Throws `FAULT_WITHOUT_TARGET`, before anything starts, for a fault on a server or a link that the stack will not have. */
export function refuseUnknownTargets(scenario: ScenarioDefinition): void {
  const known = stackServers(scenario);
  for (const fault of scenario.faults ?? []) {
    for (const server of fault.servers ?? []) if (!known.includes(server)) throw withoutTarget(fault, server, known);
    const toCatalog = fault.links?.find((link) => link.endsWith("->catalog"));
    if (toCatalog !== undefined && !known.includes("catalog")) throw withoutTarget(fault, toCatalog, known);
  }
}

function withoutTarget({ label }: Fault, target: string, known: readonly string[]): Error {
  const nearest = closest(target, known);
  return usageError({
    code: "FAULT_WITHOUT_TARGET",
    what: `the stack of this scenario has no ${target}, which a fault is to strike: ${label}`,
    expected: `servers: ${known.join(", ")}`,
    got: target.includes("->") ? `a link to none of them` : `${target}; did you mean ${nearest}?`,
    remedy: "correct the fault's target, or the scenario's `stack` or `pipeline.catalog`",
  });
}
