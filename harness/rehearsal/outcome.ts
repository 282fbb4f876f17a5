import type { Difference } from "./compare.ts";
import type { Rehearsed } from "./rehearse.ts";

/** A pipeline that was tried, and, in a preview, what differs from how it was. */
export interface ToldPipeline {
  readonly run: Rehearsed;
  /** How it was before the change; undefined without a preview, and for a pipeline that is new. */
  readonly old: Rehearsed | undefined;
  readonly differences: readonly Difference[] | undefined;
}

/**
 * Whether a pipeline fails its check: it was not tried, or its verdict is not valid. Of a preview only what the change has
 * made worse: what was wrong before is not its fault.
 */
export function fails({ run, old, differences: found = [] }: ToldPipeline): boolean {
  const isWrong = run.notTried.length > 0 || run.rejected.length > 0 || !isGood(run);
  if (!isWrong || old === undefined) return isWrong;
  return found.some(({ what }) => what === "pipeline" || what === "delivery");
}

function isGood({ verdict }: Rehearsed): boolean {
  return verdict?.verdict === "valid" || verdict?.verdict === "known-bug";
}

/** Whether the environment failed, and not the configuration: a run that proves nothing. A connector that failed proves much. */
export function provesNothing({ run, old }: ToldPipeline): boolean {
  return [run, old].some((each) => {
    const [first = ""] = each?.verdict?.error ?? [];
    return each?.verdict?.verdict === "unknown" && !/^(CONNECTOR_FAILED|DEADLINE: .* connector )/.test(first);
  });
}
