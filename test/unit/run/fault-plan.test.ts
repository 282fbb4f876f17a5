import { expect, test } from "vitest";
import type { FaultContext } from "#run/context.ts";
import type { Fault, InjectedFault } from "#run/fault.ts";
import { startFaults } from "#run/fault-plan.ts";
import { makeHappenings } from "#run/happenings.ts";
import { type Moments, makeMoments } from "#run/moments.ts";

const context = {
  monitor: { acknowledged: () => 0 },
  history: { append: () => undefined },
} as unknown as FaultContext;

const fault = (label: string, injected: Partial<InjectedFault>): Fault => ({
  label,
  when: { atMs: 0 },
  inject: async () => ({ heal: async () => undefined, proof: async () => undefined, ...injected }),
});

test("a fault is healed when it has done what it is to do, and nobody else waits in line for it", async () => {
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const lasting = (label: string) =>
    fault(label, {
      outlasts: async () => {
        done.push(`${label} goes on`);
        await promise;
      },
      heal: async () => void done.push(`${label} healed`),
    });
  const plan = startFaults({ faults: [lasting("one"), lasting("other")], context, moments: begun() });
  await plan.struck;

  const healing = plan.healAll();
  await expect.poll(() => done).toEqual(["one goes on", "other goes on"]);
  resolve();
  await healing;
  expect(done.slice(2)).toEqual(["one healed", "other healed"]);
  await plan.healAll();
  expect(done).toHaveLength(4);
});

test("a fault that did not bite says why, where it knows", async () => {
  const faults = [fault("mute", {}), fault("telling", { excuse: () => "no commit came" })];
  const plan = startFaults({ faults, context, moments: begun() });
  await plan.struck;

  expect(await plan.unproved()).toEqual(["mute: nothing shows that it bit", "telling: no commit came"]);
});

/** Moments of an act that has begun. */
function begun(): Moments {
  const moments = makeMoments(makeHappenings());
  moments.begin();
  return moments;
}
