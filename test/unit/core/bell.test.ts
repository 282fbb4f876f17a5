import { expect, test } from "vitest";
import { makeBell } from "#core/bell.ts";
import { stopwatch } from "#core/clock.ts";

test("everybody who waits hears one ring, and each waits for the next anew", async () => {
  const bell = makeBell();
  const elapsed = stopwatch();
  const heard = Promise.all([bell.rung(10_000), bell.rung(10_000)]);
  bell.ring();
  await heard;
  expect(elapsed()).toBeLessThan(1_000);
  const again = bell.rung(20);
  await again;
  expect(elapsed()).toBeGreaterThan(15);
});
