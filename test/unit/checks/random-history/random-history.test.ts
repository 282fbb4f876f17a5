import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exactHistory } from "./exact-history.ts";
import { checkNames, type Judging, openJudging } from "./judging.ts";
import { literal } from "./literal.ts";
import type { World } from "./world.ts";

let judging: Judging;
beforeAll(async () => {
  judging = await openJudging();
});
afterAll(() => judging[Symbol.asyncDispose]());

async function expectValid(world: World): Promise<void> {
  const verdicts = await judging.judge(world);
  for (const name of checkNames) expect(verdicts[name]).toMatchObject({ verdict: "valid", anomalies: [] });
}

describe("a history in which nothing went wrong", () => {
  test("is valid, whatever happened in it", () =>
    fc.assert(fc.asyncProperty(exactHistory(), expectValid), { seed: 1, numRuns: 30 }));

  test("without GTIDs is valid when an operation that never happened is followed by one of its kind", () =>
    expectValid(
      literal({
        positionMode: "file",
        hasBinlog: true,
        transactions: [
          { outcome: "unknown-undone", changes: [["update", 1, "Ann", 11]] },
          { outcome: "failed", changes: [["update", 1, "Ann", 12]] },
          { outcome: "ok", changes: [["update", 1, "Ann", 13]] },
        ],
      }),
    ));
});
