import { expect, test } from "vitest";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { repeat, sequence } from "#run/faults/compose.ts";

// None of these faults reaches for anything of its context.
const nowhere = {} as FaultContext;
const when = { afterOperations: 5 } as const;

test("a sequence strikes in its order, and what stands is healed in the opposite order", async () => {
  const { fault, done } = recorded();
  const whole = sequence({ when, faults: [fault("a"), fault("b", { healAfterMs: 0 }), fault("c")] });
  expect(whole.label).toBe("a, then b, then c after 5 operations");
  const injected = await whole.inject(nowhere);
  expect(done).toEqual(["a struck", "b struck", "b healed", "c struck"]);
  await injected.heal();
  expect(done.slice(4)).toEqual(["c healed", "a healed"]);
  expect(await injected.proof()).toBe("a bit; b bit; c bit");
  expect(await injected.announced?.()).toEqual({ a: 1, b: 1, c: 1 });
});

test("it did not bite when one of its parts did not", async () => {
  const { fault } = recorded();
  const injected = await sequence({ when, faults: [fault("a"), fault("b", { bites: false })] }).inject(nowhere);
  expect(await injected.proof()).toBeUndefined();
});

test("its servers and links are those of its parts, so that they are there from the start", () => {
  const { fault } = recorded();
  const parts = [
    { ...fault("a"), servers: ["mysql"] },
    { ...fault("b"), links: ["sink->catalog"] as const },
  ];
  expect(sequence({ when, faults: parts })).toMatchObject({ servers: ["mysql"], links: ["sink->catalog"] });
});

test("a fault is repeated as often as told, healed each time, and the last time by whoever heals", async () => {
  const { fault, done } = recorded();
  const injected = await repeat({ fault: fault("a"), times: 3, everyMs: 0 }).inject(nowhere);
  expect(done).toEqual(["a struck", "a healed", "a struck", "a healed", "a struck"]);
  await injected.heal();
  expect(done.at(-1)).toBe("a healed");
});

function recorded() {
  const done: string[] = [];
  const fault = (
    name: string,
    { bites = true, healAfterMs }: { bites?: boolean; healAfterMs?: number } = {},
  ): Fault => ({
    label: `${name} after 5 operations`,
    when,
    inject: async () => {
      done.push(`${name} struck`);
      return {
        ...(healAfterMs === undefined ? {} : { healAfterMs }),
        heal: async () => void done.push(`${name} healed`),
        proof: async () => (bites ? `${name} bit` : undefined),
        announced: async () => ({ [name]: 1 }),
      };
    },
  });
  return { fault, done };
}
