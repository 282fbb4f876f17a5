import { type FloeError, usageError } from "#core/errors.ts";
import { inOrder } from "#lint/judge.ts";
import type { Found } from "#lint/rule.ts";
import type { Sending } from "#run/runner.ts";
import { connectFindings, pluginsOf } from "#validate/connect.ts";
import { secretsIn, withoutSecrets } from "#validate/hide.ts";
import type { Pair } from "./pairs.ts";
import type { Mapped } from "./transplant.ts";

export interface Examining {
  readonly pair: Pair;
  readonly mapped: readonly Mapped[];
  readonly sending: Sending;
}

/** What Connect says to both configurations as they will be sent, at the lines of the files that they come from; no secret. */
export async function examine({ pair, mapped, sending }: Examining): Promise<readonly Found[]> {
  const found = await Promise.all(
    (["source", "sink"] as const).map(async (end) => {
      const { connect, config } = sending[end];
      const worker = { connect, where: "the stack's worker", thrownAway: true };
      const replaced = new Set(mapped.filter((each) => each.end === end).map(({ key }) => key));
      return connectFindings({ view: pair[end], worker, mapped: { config, replaced } }, await pluginsOf(worker));
    }),
  );
  return withoutSecrets(found.flat(), secretsIn(pair.pipeline.views)).toSorted(inOrder);
}

/** Why a run ends here: Connect does not take what the files say, or asks for what production alone has. */
export function refusal(findings: readonly Found[]): FloeError | undefined {
  const rejecting = findings.filter(({ rule }) => rule !== "not-tried");
  if (rejecting.length > 0)
    return usageError({
      code: "CONNECTOR_REJECTED",
      what: `Connect rejects ${keysByFile(rejecting)}`,
      remedy: "do what the findings at these lines say",
    });
  if (findings.length === 0) return undefined;
  return usageError({
    code: "CONNECTOR_NOT_TRIED",
    what: `Connect asks for what production alone has: ${keysByFile(findings)}`,
    remedy: "floe validate --connect URL of a worker that has it",
  });
}

function keysByFile(findings: readonly Found[]): string {
  const keys = (own: readonly Found[]) => [...new Set(own.map(({ key }) => key))].join(", ");
  return [...Map.groupBy(findings, ({ file }) => file)].map(([file, own]) => `${file}: ${keys(own)}`).join("; ");
}
