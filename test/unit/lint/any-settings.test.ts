import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { kinds } from "#lint/document.ts";
import { mend } from "#lint/fix.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { bases } from "./bases.ts";
import { connectCases } from "./cases/connect.ts";
import { debeziumCases } from "./cases/debezium.ts";
import { serverCases } from "./cases/servers.ts";
import { sinkCases } from "./cases/sinks.ts";

const definitions = loadDefinitions(newestVersions());
const nasty = [
  "constructor",
  "__proto__",
  "toString",
  "",
  " ",
  "a.b",
  "transforms.",
  "transforms..type",
  "${x}",
  "[",
  "(",
  "\\",
  "a,b",
  "-1",
  "1e999",
  "[mysqld]",
  "a:b:c",
  "://",
];
const cases = [...connectCases, ...debeziumCases, ...sinkCases, ...serverCases];
const keys = [
  ...new Set([
    ...cases.flatMap(({ bad, good }) => [...Object.keys(bad), ...Object.keys(good)]),
    ...Object.values(bases).flatMap(({ settings }) => Object.keys(settings)),
    ...nasty,
  ]),
];
const values = [
  ...new Set([
    ...cases.flatMap(({ bad, good }) =>
      [...Object.values(bad), ...Object.values(good)].flatMap((value) => value ?? []),
    ),
    ...nasty,
  ]),
];

const settings = fc.dictionary(
  fc.oneof(fc.constantFrom(...keys), fc.string()),
  fc.oneof(fc.constantFrom(...values), fc.string()),
  { maxKeys: 25 },
);
const document = fc.record({ as: fc.constantFrom(...kinds), settings });

test("whatever the settings are, judging ends, and what is told stands in the file", () => {
  fc.assert(
    fc.property(
      document,
      fc.array(settings, { maxLength: 3 }),
      fc.constantFrom("production" as const, "local" as const),
      ({ as, settings: own }, others, target) => {
        const text = JSON.stringify(own, null, 1);
        const file = readConfiguration({ file: "a.json", text });
        const beside = others.map((each, at) => readConfiguration({ file: `b${at}.json`, text: JSON.stringify(each) }));
        for (const judging of [
          { definitions, target, as },
          { definitions, target },
        ]) {
          const { findings } = judge({ files: [file], beside }, judging);
          for (const { line } of findings) expect(line).toBeLessThanOrEqual(text.split("\n").length);
          const mended = mend(file, findings);
          if (mended !== undefined) expect(() => JSON.parse(mended.text) as unknown).not.toThrow();
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("whatever the text is, reading ends", () => {
  const piece = fc.constantFrom(
    ...keys,
    ...values,
    "=",
    ":",
    "\n",
    "\r\n",
    "\\",
    "#",
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    "- ",
    "  ",
    "&a ",
    "*a",
    "<<: ",
    "SET GLOBAL ",
    "GRANT ",
    " TO ",
    "CREATE TABLE ",
  );
  const file = fc.constantFrom("a.json", "a.yaml", "a.properties", "a.cnf", "a.sql", "pom.xml", "plain");
  fc.assert(
    fc.property(file, fc.array(piece, { maxLength: 60 }), (name, pieces) => {
      const read = readConfiguration({ file: name, text: pieces.join("") });
      judge({ files: [read] }, { definitions, target: "production" });
    }),
    { numRuns: 2000 },
  );
});
