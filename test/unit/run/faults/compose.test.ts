import { expect, test } from "vitest";
import { stopwatch } from "#core/clock.ts";
import type { FaultContext } from "#run/context.ts";
import type { Fault, InjectedFault } from "#run/fault.ts";
import { repeat, sequence, whileRunning } from "#run/faults/compose.ts";

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

test("while a fault stands, others strike; what has an end has it before that, and what stands is healed by whoever heals", async () => {
  const { fault, done } = recorded();
  const whole = whileRunning({ fault: fault("a"), strike: [fault("b", { healAfterMs: 0 }), fault("c")] });
  expect(whole.label).toBe("a after 5 operations, and meanwhile b, then c");
  expect(whole.when).toBe(when);
  const injected = await whole.inject(nowhere);
  expect(done).toEqual(["a struck", "b struck", "b healed", "c struck", "a healed"]);
  expect(injected.healAfterMs).toBeUndefined();
  await injected.heal();
  expect(done.slice(5)).toEqual(["c healed"]);
  expect(await injected.proof()).toBe("a bit; b bit; c bit");
  expect(await injected.announced?.()).toEqual({ a: 1, b: 1, c: 1 });
});

test("it stands as long as it was told to, and until it has done its work; moments count from when it stands", async () => {
  const { fault, done } = recorded();
  const toDo = { outlasts: async () => void done.push("a done") };
  const late = { ...fault("b"), label: "b at 30 ms", when: { atMs: 30 } };
  const elapsed = stopwatch();
  await whileRunning({ fault: fault("a", { healAfterMs: 60, ...toDo }), strike: [late] }).inject(nowhere);
  expect(done).toEqual(["a struck", "b struck", "a done", "a healed"]);
  expect(elapsed()).toBeGreaterThanOrEqual(59);
});

test("it did not bite when it, or one that struck meanwhile, did not", async () => {
  for (const dull of ["a", "b"]) {
    const { fault } = recorded();
    const made = (name: string) => fault(name, { bites: name !== dull });
    const injected = await whileRunning({ fault: made("a"), strike: [made("b")] }).inject(nowhere);
    expect(await injected.proof()).toBeUndefined();
  }
});

test("it is healed when one that was to strike meanwhile goes wrong", async () => {
  const { fault, done } = recorded();
  const wrong = { ...fault("b"), inject: () => Promise.reject(new Error("b went wrong")) };
  await expect(whileRunning({ fault: fault("a"), strike: [wrong] }).inject(nowhere)).rejects.toThrow("b went wrong");
  expect(done).toEqual(["a struck", "a healed"]);
});

test("counts of one name are added up", async () => {
  const { fault } = recorded();
  const injected = await sequence({ when, faults: [fault("a"), fault("a")] }).inject(nowhere);
  expect(await injected.announced?.()).toEqual({ a: 2 });
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
    { bites = true, ...more }: { bites?: boolean } & Pick<InjectedFault, "healAfterMs" | "outlasts"> = {},
  ): Fault => ({
    label: `${name} after 5 operations`,
    when,
    inject: async () => {
      done.push(`${name} struck`);
      return {
        ...more,
        heal: async () => void done.push(`${name} healed`),
        proof: async () => (bites ? `${name} bit` : undefined),
        announced: async () => ({ [name]: 1 }),
      };
    },
  });
  return { fault, done };
}
