import { expect, test } from "vitest";
import { faultTexts } from "#run/faults/list.ts";
import { faults } from "#run/faults.ts";

test("every fault is listed, and nothing that is none", () => {
  expect(Object.keys(faultTexts).toSorted()).toEqual(namesOf(faults).toSorted());
});

/** `lake.rollBackTable`. */
function namesOf(group: object): string[] {
  return Object.entries(group).flatMap(([name, fault]) =>
    typeof fault === "function" ? [name] : namesOf(fault).map((inner) => `${name}.${inner}`),
  );
}
