import { closest } from "fastest-levenshtein";
import type { LinkName } from "#core/addresses.ts";
import { usageError } from "#core/errors.ts";
import type { Fault } from "./fault.ts";
import { stackServers } from "./plan.ts";
import type { ScenarioDefinition } from "./scenario.ts";

/**
 * Throws, before anything starts, for what cannot be: `FAULT_WITHOUT_TARGET` for a fault on a server or a link that the
 * stack will not have, `REPLICA_WITHOUT_GTIDS`.
 */
export function refuseImpossible(scenario: ScenarioDefinition): void {
  if (scenario.stack?.replica !== undefined && scenario.pipeline?.positions === "file") throw replicaWithoutGtids();
  const known = stackServers(scenario);
  for (const fault of scenario.faults ?? []) {
    for (const server of fault.servers ?? []) if (!known.includes(server)) throw withoutTarget(fault, server, known);
    for (const link of fault.links ?? []) if (leadsNowhere(link, known)) throw withoutTarget(fault, link, known);
  }
}

/** Servers that not every stack has, as links name them. */
const optional = { catalog: "catalog", replica: "mysql-replica" };

function leadsNowhere(link: LinkName, known: readonly string[]): boolean {
  const ends = link.split("->");
  return Object.entries(optional).some(([end, server]) => ends.includes(end) && !known.includes(server));
}

function replicaWithoutGtids(): Error {
  return usageError({
    code: "REPLICA_WITHOUT_GTIDS",
    what: "a replica's binlog has files and positions of its own: those of the primary mean nothing there",
    expected: 'a stack with a replica, or `pipeline: { positions: "file" }`',
    got: "both",
    remedy: "leave one of them out",
  });
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
