import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnomalyClass } from "#core/verdict.ts";
import type { Case } from "./cases.ts";
import { casesOfFiles } from "./cases-of-files.ts";
import { casesOfLoss } from "./cases-of-loss.ts";
import { casesOfSurplus } from "./cases-of-surplus.ts";
import { checkNames, groupsOf, type Judging, openJudging } from "./judging.ts";

// One tiny history for each class at each hop where a check can tell it. What else follows is told with it. The class that
// is not here, never-committed, is told by the runner, which waited in vain.

const cases: Readonly<Record<Exclude<AnomalyClass, "never-committed">, readonly Case[]>> = {
  ...casesOfLoss,
  ...casesOfSurplus,
  ...casesOfFiles,
};

let judging: Judging;
beforeAll(async () => {
  judging = await openJudging();
});
afterAll(() => judging[Symbol.asyncDispose]());

describe.each(Object.entries(cases))("%s", (_, ofClass) => {
  test.each(ofClass.map((one) => [one.how, one] as const))("%s", async (_how, { world, options, found }) => {
    const verdicts = await judging.judge(world, options);
    for (const name of checkNames) {
      const told = groupsOf(verdicts[name]).map(
        (group) => `${group.class} ${group.hop} x${group.count} ${group.keys.join(" ")}`,
      );
      expect({ [name]: told }).toEqual({ [name]: found[name] ?? [] });
    }
  });
});
