import { expect, test } from "vitest";
import { stopwatch } from "#core/clock.ts";
import { accounts } from "#fixtures/accounts/accounts.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { FaultContext } from "#run/context.ts";
import type { Fault, InjectedFault } from "#run/fault.ts";
import { repeat, sequence, whileRunning } from "#run/faults/compose.ts";
import type { Seen } from "#run/happening.ts";
import { makeHappenings } from "#run/happenings.ts";
import { type Moment, makeMoments, momentText } from "#run/moments.ts";
import { eventsAwaited } from "#run/scenario.ts";

const when = { afterOperations: 5 } as const;
const ready: Seen = { kind: "log", server: "connect-1", line: "ready" };
const bank = { story: "", source: accounts(), workload: mixed({ writers: 1, operationsPerSecond: 1, operations: 1 }) };
const onReady = { event: { log: "connect-1", line: /ready/ } } as const;

test("a sequence strikes in its order, and what stands is healed in the opposite order", async () => {
  const { fault, done } = recorded();
  const whole = sequence({ when, faults: [fault("a"), fault("b", { healAfterMs: 0 }), fault("c")] });
  expect(whole.label).toBe("a, then b, then c after 5 operations");
  const injected = await whole.inject(here().context);
  expect(done).toEqual(["a struck", "b struck", "b healed", "c struck"]);
  await injected.heal();
  expect(done.slice(4)).toEqual(["c healed", "a healed"]);
  expect(await injected.proof()).toBe("a bit; b bit; c bit");
  expect(await injected.announced?.()).toEqual({ a: 1, b: 1, c: 1 });
});

test("it did not bite when one of its parts did not, and says which", async () => {
  const { fault } = recorded();
  const injected = await sequence({ when, faults: [fault("a"), fault("b", { bites: false })] }).inject(here().context);
  expect(await injected.proof()).toBeUndefined();
  expect(injected.excuse?.()).toBe("b after 5 operations: nothing shows that it bit");
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
  expect(whole.label).toBe("a after 5 operations, and meanwhile b after 5 operations, then c after 5 operations");
  expect(whole.when).toBe(when);
  const injected = await whole.inject(here().context);
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
  const late = fault("b", { when: { atMs: 30 } });
  const elapsed = stopwatch();
  await whileRunning({ fault: fault("a", { healAfterMs: 60, ...toDo }), strike: [late] }).inject(here().context);
  expect(done).toEqual(["a struck", "b struck", "a done", "a healed"]);
  expect(elapsed()).toBeGreaterThanOrEqual(59);
});

test("what comes while it stands is what its parts wait for, not what came before", async () => {
  const { fault, done } = recorded();
  const { happenings, context } = here();
  const whole = whileRunning({ fault: fault("a"), strike: [fault("b", { when: onReady })] });
  expect(eventsAwaited({ ...bank, faults: [whole] })).toEqual([onReady.event]);
  happenings.note(ready);
  const injecting = whole.inject(context);
  await expect.poll(() => done).toEqual(["a struck"]);
  happenings.note(ready);
  await injecting;
  expect(done).toEqual(["a struck", "b struck", "a healed"]);
});

test("a part whose moment never comes did not bite, and it is told what came instead", async () => {
  const { fault, done } = recorded();
  const { moments, context } = here();
  const never = fault("b", { when: { afterOperations: 500 } });
  const injecting = whileRunning({ fault: fault("a"), strike: [never] }).inject(context);
  await expect.poll(() => done).toEqual(["a struck"]);
  moments.end();
  const injected = await injecting;
  expect(done).toEqual(["a struck", "a healed"]);
  expect(await injected.proof()).toBeUndefined();
  expect(injected.excuse?.()).toBe(
    "b after 500 operations: its moment, after 500 operations, never came; seen: nothing",
  );
});

test("it did not bite when it, or one that struck meanwhile, did not", async () => {
  for (const dull of ["a", "b"]) {
    const { fault } = recorded();
    const made = (name: string) => fault(name, { bites: name !== dull });
    const injected = await whileRunning({ fault: made("a"), strike: [made("b")] }).inject(here().context);
    expect(await injected.proof()).toBeUndefined();
    expect(injected.excuse?.()).toBe(`${dull} after 5 operations: nothing shows that it bit`);
  }
});

test("it is healed when one that was to strike meanwhile goes wrong", async () => {
  const { fault, done } = recorded();
  const wrong = { ...fault("b"), inject: () => Promise.reject(new Error("b went wrong")) };
  await expect(whileRunning({ fault: fault("a"), strike: [wrong] }).inject(here().context)).rejects.toThrow(
    "b went wrong",
  );
  expect(done).toEqual(["a struck", "a healed"]);
});

test("counts of one name are added up", async () => {
  const { fault } = recorded();
  const injected = await sequence({ when, faults: [fault("a"), fault("a")] }).inject(here().context);
  expect(await injected.announced?.()).toEqual({ a: 2 });
});

test("a fault is repeated as often as told, healed each time, and the last time by whoever heals", async () => {
  const { fault, done } = recorded();
  const injected = await repeat({ fault: fault("a"), times: 3, everyMs: 0 }).inject(here().context);
  expect(done).toEqual(["a struck", "a healed", "a struck", "a healed", "a struck"]);
  await injected.heal();
  expect(done.at(-1)).toBe("a healed");
});

/** What these faults reach for, in an act that has come to their moment. */
function here() {
  const happenings = makeHappenings();
  const moments = makeMoments(happenings);
  moments.acknowledged(5);
  const history = { append: () => undefined };
  return { happenings, moments, context: { happenings, moments, history } as unknown as FaultContext };
}

type Told = { bites?: boolean; when?: Moment } & Pick<InjectedFault, "healAfterMs" | "outlasts">;

function recorded() {
  const done: string[] = [];
  const fault = (name: string, { bites = true, when: moment = when, ...more }: Told = {}): Fault => ({
    label: `${name} ${momentText(moment)}`,
    when: moment,
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
