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
 * Whether a pipeline fails its check: it did not come as far as to be judged, or its verdict is not valid. Of a preview whose
 * both sides were judged, only what the change has made worse: what was wrong before is not its fault.
 */
export function fails({ run, old, differences: found = [] }: ToldPipeline): boolean {
  if (run.behaviour === undefined) return true;
  if (isGood(run)) return false;
  return old?.behaviour === undefined || found.some(({ what }) => what === "pipeline" || what === "delivery");
}

function isGood({ verdict }: Rehearsed): boolean {
  return verdict?.verdict === "valid" || verdict?.verdict === "known-bug";
}

/** Whether the environment failed, and not the configuration: a run that proves nothing. A connector that failed proves much. */
export function provesNothing({ run, old }: ToldPipeline): boolean {
  return [run, old].some((each) => {
    const [first = ""] = each?.verdict?.error ?? [];
    return each?.verdict?.verdict === "unknown" && !ofConfiguration.test(first);
  });
}

const ofConfiguration = /^(CONNECTOR_FAILED|CONNECT_FAILED|DEADLINE: .* connector )/;

/** What a preview comes to in words, where it is no table of differences. */
export function previewText({ run, old, differences }: ToldPipeline): string | undefined {
  if (differences === undefined) return undefined;
  if (old === undefined) return "the pipeline is new: there is nothing to compare with";
  if (differences.length > 0) return undefined;
  if (run.behaviour === undefined || old.behaviour === undefined)
    return "neither side came as far as its rows: what changes is not known";
  return "nothing changes";
}
