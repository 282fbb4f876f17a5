import { assert, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { Bytes } from "#stages/mysql/binlog/bytes.ts";
import { jsonText } from "#stages/mysql/binlog/json.ts";
import { decimalText, doubleText, floatText } from "#stages/mysql/binlog/numbers.ts";
import { wordsIn } from "#stages/mysql/binlog/tables.ts";
import { dateText, datetimeText, timestampText, timeText, yearText } from "#stages/mysql/binlog/times.ts";

const hex = (digits: string) => new Bytes(Buffer.from(digits.replaceAll(" ", ""), "hex"));

describe("numbers", () => {
  test("a decimal keeps its sign and every zero behind the point", () => {
    // The manual's own example of the format.
    expect(decimalText(hex("810dfb38d204d2"), { precision: 14, scale: 4 })).toBe("1234567890.1234");
    expect(decimalText(hex("7ef204c72dfb2d"), { precision: 14, scale: 4 })).toBe("-1234567890.1234");
    expect(decimalText(hex("8000"), { precision: 4, scale: 2 })).toBe("0.00");
  });

  test("a double can be read back as the same, with an exponent where MySQL writes one", () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Number(doubleText(value)), value)).toBe(true);
      }),
    );
    expect([1e14, 1e15, 1234567890123456.8, 1e-15, 1e-16, -0].map(doubleText)).toEqual([
      "100000000000000",
      "1e15",
      "1234567890123456.8",
      "0.000000000000001",
      "1e-16",
      "-0",
    ]);
  });

  test("a float has six digits, and a tie goes to the even one", () => {
    expect([1000005, 1000015, 16777217, 0.1, -0].map((value) => floatText(Math.fround(value)))).toEqual([
      "1000000",
      "1000020",
      "16777200",
      "0.1",
      "-0",
    ]);
  });
});

test("dates and times are told as MySQL prints them, with days that do not exist", () => {
  expect(dateText(hex("5dd00f"))).toBe("2024-02-29");
  expect(dateText(hex("000000"))).toBe("0000-00-00");
  expect([yearText(hex("00")), yearText(hex("ff"))]).toEqual(["0000", "2155"]);
  expect(datetimeText(hex("99b2 c2 0000 000001"), 6)).toMatch(/ 00:00:00\.000001$/);
  expect(timestampText(hex("00000000"), 0)).toBe("0000-00-00 00:00:00");
  expect(timestampText(hex("7fffffff 270f"), 3)).toBe("2038-01-19 03:14:07.999");
  expect(timeText(hex("7fffff ffffff"), 6)).toBe("-00:00:00.000001");
  expect(timeText(hex("800000 00"), 1)).toBe("00:00:00.0");
});

test("JSON keeps the members' stored order and MySQL's spaces", () => {
  const document = (digits: string) => jsonText(Buffer.from(digits.replaceAll(" ", ""), "hex"));
  expect(document("")).toBe("null");
  expect(document("0400")).toBe("null");
  expect(document("0c 03 220a01")).toBe(String.raw`"\"\n\u0001"`);
  expect(document("02 0200 0a00 05ffff 040100")).toBe("[-1, true]");
  expect(document("00 0200 1500 1200 0100 1300 0200 050100 04 0000 39 3130")).toBe('{"9": 1, "10": null}');
  expect(() => document("0d00")).toThrow(expect.objectContaining({ code: "BINLOG_TYPE_UNKNOWN" }));
});

test("the words of an ENUM are found between their quotes", () => {
  expect(wordsIn("enum('it''s','b,c','')")).toEqual(["it's", "b,c", ""]);
  expect(wordsIn("varchar(20)")).toEqual([]);
});
