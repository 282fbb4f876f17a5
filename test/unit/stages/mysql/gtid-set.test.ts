import { expect, test } from "vitest";
import { countGtids, gtidSetText, hasGtid, parseGtidSet, subtractGtids, uniteGtids } from "#stages/mysql/gtid-set.ts";

const [one, two] = ["3e11fa47-71ca-11e1-9e33-c80aa9429562", "4e11fa47-71ca-11e1-9e33-c80aa9429562"];
const parse = parseGtidSet;

test("a set is read as MySQL prints it, and written in one line with its intervals joined", () => {
  expect(gtidSetText(parse(`${two}:7,\n${one.toUpperCase()}:4-5:1-3:9`))).toBe(`${one}:1-5:9,${two}:7`);
  expect(gtidSetText(parse(`${one}:1-2:tag:1-3`))).toBe(`${one}:1-2,${one}:tag:1-3`);
  expect(gtidSetText(parse(""))).toBe("");
});

test("transactions are looked up, counted, taken away and joined", () => {
  const set = parse(`${one}:1-10:20-30,${one}:tag:1`);
  expect([hasGtid(set, `${one}:25`), hasGtid(set, `${one}:11`), hasGtid(set, `${one}:tag:1`)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(countGtids(set)).toBe(22);
  expect(gtidSetText(subtractGtids(set, parse(`${one}:5-22`)))).toBe(`${one}:1-4:23-30,${one}:tag:1`);
  expect(gtidSetText(subtractGtids(set, set))).toBe("");
  expect(gtidSetText(uniteGtids(set, parse(`${one}:11-19,${two}:1`)))).toBe(`${one}:1-30,${one}:tag:1,${two}:1`);
});

test.each(["1-5", one, `${one}:`, `${one}:0-3`, `${one}:5-3`, `${one}:1-x!`])("%s is no set", (text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: "GTID_SET" }));
});
