import { expect, test } from "vitest";
import { ifWithin } from "#core/deadline.ts";
import { makeHoldBook } from "#runtime/proxy/holds.ts";
import { makeRuleBook, meets } from "#runtime/proxy/rules.ts";

const any = () => true;

function strikes(turns: { nth?: number; times?: number }): string {
  const book = makeRuleBook<number, string>();
  book.add({ ...turns, matches: any, action: "x" });
  return [1, 2, 3, 4, 5].map((each) => book.take(each)?.action ?? ".").join("");
}

test("nth and times choose the turns, counted from when the rule was set", () => {
  expect(strikes({})).toBe("xxxxx");
  expect(strikes({ times: 2 })).toBe("xx...");
  expect(strikes({ nth: 3 })).toBe("..x..");
  expect(strikes({ nth: 2, times: 3 })).toBe(".xxx.");
  expect(() => strikes({ nth: 0 })).toThrow(expect.objectContaining({ code: "RULE_INVALID" }));
  expect(() => strikes({ times: 1.5 })).toThrow(expect.objectContaining({ code: "RULE_INVALID" }));
});

test("every rule counts what it matches, the first whose turn it is strikes, and an ended one does nothing", () => {
  const book = makeRuleBook<number, string>();
  const even = book.add({ matches: (each) => each % 2 === 0, nth: 2, action: "second even" });
  const all = book.add({ matches: any, times: 1, action: "first" });

  expect([1, 2, 3, 4].map((each) => book.take(each)?.action)).toEqual(["first", undefined, undefined, "second even"]);
  expect([even.matched(), all.matched(), even.struck()]).toEqual([2, 4, 0]);
  all.end();
  book.take(5);
  expect(all.matched()).toBe(4);
});

test("a rule for some is spent when the last of them was struck or missed", async () => {
  const book = makeRuleBook<number, string>();
  const rule = book.add({ matches: any, nth: 2, times: 2, action: "x" });
  const turns = [1, 2, 3].map((each) => book.take(each));
  turns[1]?.landed();
  expect(await ifWithin({ ms: 5, run: rule.spent })).toBeUndefined();
  turns[2]?.missed("too old");
  expect(await rule.spent).toBe(true);
});

test("what was struck is told by the one who did it, and what could not be done too", () => {
  const book = makeRuleBook<number, string>();
  const rule = book.add({ matches: any, action: "x" });
  book.take(1)?.landed();
  book.take(2)?.missed("too old");
  expect([rule.struck(), rule.missed()]).toEqual([1, ["too old"]]);
});

test("text is met whole, a pattern anywhere, and nothing is asked where nothing is wanted", () => {
  expect(meets(undefined, [])).toBe(true);
  expect(meets("salaries", ["hr.salaries", "salaries"])).toBe(true);
  expect(meets("salaries", ["hr.salaries"])).toBe(false);
  expect(meets(/salaries$/, ["hr.salaries"])).toBe(true);
});

test("a hold stops one request until it is let go", async () => {
  const holds = makeHoldBook<number>();
  const gone = new AbortController().signal;
  const hold = holds.set({ matches: any, nth: 2 });

  expect(holds.take(1)).toBeUndefined();
  const passed: string[] = [];
  const standing = holds
    .take(2)
    ?.stand("before", gone)
    .then(() => void passed.push("second"));
  expect(await hold.held).toBe(true);
  expect(passed).toEqual([]);
  hold.release();
  await standing;
  expect(passed).toEqual(["second"]);
  expect(hold.stoodMs()).toBeGreaterThanOrEqual(0);
});

test("a hold ends with its client, and with the link's healing; one that nothing came for says so", async () => {
  const holds = makeHoldBook<number>();
  const client = new AbortController();
  holds.set({ matches: any, after: true });
  const stop = holds.take(1);
  await stop?.stand("before", client.signal);
  const standing = stop?.stand("after", client.signal);
  client.abort();
  await standing;

  const held = holds.set({ matches: any });
  const never = holds.set({ matches: () => false });
  const other = holds.take(2)?.stand("before", new AbortController().signal);
  holds.clear();
  await other;
  expect([await held.held, await never.held]).toEqual([true, false]);
  expect(never.stoodMs()).toBeUndefined();
  expect(holds.take(3)).toBeUndefined();
});

test("of a request whose connection broke before it could stand, the turn goes to the next", async () => {
  const holds = makeHoldBook<number>();
  const [broken, fine] = [new AbortController(), new AbortController()];
  const hold = holds.set({ matches: any, after: true });
  await holds.take(1)?.stand("before", broken.signal);
  broken.abort();

  const again = holds.take(2);
  await again?.stand("before", fine.signal);
  const standing = again?.stand("after", fine.signal);
  expect(await hold.held).toBe(true);
  hold.release();
  await standing;
  fine.abort();
  expect(holds.take(3)).toBeUndefined();
});
