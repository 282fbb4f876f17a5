import { applies } from "#checks/judge.ts";
import type { ExpectedFailure } from "#core/expectation.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import type { VersionSet } from "#core/versions.ts";
import type { Clients } from "#pipeline";
import { failedTrace, rootCause } from "#stages/connect/progress.ts";
import type { Scenario } from "./scenario.ts";

/** The failure that a scenario must end in, on these versions. */
export function foreseenFailure({ expect, known = [] }: Scenario, versions: VersionSet): ExpectedFailure | undefined {
  return (
    expect?.failure ?? known.find(({ when, failure }) => failure !== undefined && applies(when, versions))?.failure
  );
}

/** A connector that has failed as it was foreseen: its trace's root cause. Another failure is none of this. */
export async function failedAsForeseen(
  { connector, message }: ExpectedFailure,
  { connect, name }: { readonly connect: Clients["connect"]; readonly name: string },
): Promise<string | undefined> {
  const trace = failedTrace(await connect[connector].status(name));
  return trace !== undefined && message.test(trace) ? rootCause(trace) : undefined;
}

/** The check `connectors`, where a failure is foreseen: it must have been seen. */
export function connectorsCheck(foreseen: ExpectedFailure | undefined, seen: string | undefined): CheckVerdict[] {
  if (foreseen === undefined) return [];
  const { connector, message } = foreseen;
  const note =
    seen === undefined
      ? `the ${connector} was to fail with ${String(message)}, and did not`
      : `the ${connector} failed, as it was to: ${shortened(seen)}`;
  return [{ name: "connectors", verdict: seen === undefined ? "invalid" : "valid", anomalies: [], note }];
}

/** Debezium puts its whole position into the middle of a message. */
function shortened(message: string): string {
  return message.length > 300 ? `${message.slice(0, 120)} … ${message.slice(-160)}` : message;
}
