import { closest } from "fastest-levenshtein";
import type { LinkName } from "#core/addresses.ts";
import { usageError } from "#core/errors.ts";
import type { Fault } from "./fault.ts";
import { happeningText } from "./happening.ts";
import { stackServers } from "./plan.ts";
import { eventsAwaited, type ScenarioDefinition } from "./scenario.ts";

/**
 * Throws, before anything starts, for what cannot be: `FAULT_WITHOUT_TARGET` for a fault on a server or a link that the
 * stack will not have, `NO_SIGNALS`, and what asks for GTIDs where positions go by file: `NEEDS_GTIDS`.
 */
export function refuseImpossible(scenario: ScenarioDefinition): void {
  const { pipeline = {}, stack = {} } = scenario;
  const byFile = pipeline.positions === "file";
  if (byFile && stack.replica !== undefined) throw needsGtids("a replica's binlog has files and positions of its own");
  if (byFile && pipeline.signals === true) throw needsGtids("snapshots by signal go by the server's executed GTIDs");
  const known = stackServers(scenario);
  for (const fault of scenario.faults ?? []) {
    const { needs = [] } = fault;
    if (needs.includes("signals") && pipeline.signals !== true) throw withoutSignals(fault);
    if (byFile && needs.includes("gtids")) throw needsGtids(fault.label);
    for (const server of fault.servers ?? []) if (!known.includes(server)) throw withoutTarget(fault, server, known);
    for (const link of fault.links ?? []) if (leadsNowhere(link, known)) throw withoutTarget(fault, link, known);
  }
  for (const event of eventsAwaited(scenario)) {
    const told = { label: `a moment ${happeningText(event, event.nth ?? 1)}` };
    if ("snapshot" in event && pipeline.signals !== true) throw withoutSignals(told);
    if ("log" in event && !known.includes(event.log)) throw withoutTarget(told, event.log, known);
    if ("link" in event && leadsNowhere(event.link, known)) throw withoutTarget(told, event.link, known);
  }
}

/** Servers that not every stack has, as links name them. */
const optional = { catalog: "catalog", replica: "mysql-replica" };

function leadsNowhere(link: LinkName, known: readonly string[]): boolean {
  const ends = link.split("->");
  return Object.entries(optional).some(([end, server]) => ends.includes(end) && !known.includes(server));
}

function needsGtids(why: string): Error {
  return usageError({
    code: "NEEDS_GTIDS",
    what: `the scenario does without GTIDs, and asks for them: ${why}`,
    expected: "positions by GTID, as they are unless told",
    got: 'pipeline: { positions: "file" }',
    remedy: "leave one of them out",
  });
}

/** A fault, or a moment that something waits for. */
type Named = Pick<Fault, "label">;

function withoutSignals({ label }: Named): Error {
  return usageError({
    code: "NO_SIGNALS",
    what: `the source of this scenario's pipeline hears no signals and tells of no snapshot, which is asked of it: ${label}`,
    expected: "pipeline: { signals: true }",
    got: "a pipeline without signals",
    remedy: "give the scenario's pipeline `signals: true`",
  });
}

function withoutTarget({ label }: Named, target: string, known: readonly string[]): Error {
  const nearest = closest(target, known);
  return usageError({
    code: "FAULT_WITHOUT_TARGET",
    what: `the stack of this scenario has no ${target}, which is asked for: ${label}`,
    expected: `servers: ${known.join(", ")}`,
    got: target.includes("->") ? `a link to none of them` : `${target}; did you mean ${nearest}?`,
    remedy: "correct the name, or the scenario's `stack` or `pipeline.catalog`",
  });
}
