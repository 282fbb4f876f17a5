import { describe, expect, test } from "vitest";
import { catalogue } from "#lint/catalogue.ts";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { type Base, bases, lineOf, type Written, write } from "./bases.ts";
import type { Beside, Case } from "./case.ts";
import { connectCases } from "./cases/connect.ts";
import { debeziumCases } from "./cases/debezium.ts";
import { serverCases } from "./cases/servers.ts";
import { sinkCases } from "./cases/sinks.ts";

const cases = [...connectCases, ...debeziumCases, ...sinkCases, ...serverCases];

function findings(written: Written, beside: Beside, { local, set }: Pick<Case, "local" | "set">) {
  const others = beside.map(([base, delta, file]) => readConfiguration(write(base, delta ?? {}, file)));
  const definitions = loadDefinitions({ ...newestVersions(), ...set });
  const target = local ? "local" : "production";
  return judge({ files: [readConfiguration(written)], beside: others }, { definitions, target }).findings;
}

describe("each rule finds what it is for, at its line, and not its neighbour", () => {
  test.each(cases)("$rule in $base", (each) => {
    const bad = write(each.base, each.bad);
    const found = findings(bad, each.beside, each).filter(({ rule }) => rule === each.rule);
    expect(found.map(({ line }) => line)).toContain(lineOf(bad.text, each.key));
    const severity = each.severity ?? catalogue().find(({ id }) => id === each.rule)?.severity;
    expect(found.map((one) => one.severity)).toContain(severity);
    const good = write(each.base, each.good);
    expect(findings(good, each.goodBeside, each).filter(({ rule }) => rule === each.rule)).toEqual([]);
  });

  test("no rule is without a case, but those that files cannot show", () => {
    const tried = new Set(cases.map(({ rule }) => rule));
    const untried = catalogue().filter(
      ({ id, judgedBy, whileReading }) => !tried.has(id) && judgedBy === undefined && whileReading === undefined,
    );
    expect(untried.map(({ id }) => id)).toEqual([]);
  });

  test.each(Object.keys(bases).filter((base): base is Base => base in bases))(
    "the base %s alone has no finding of warn or above",
    (base) => {
      const found = findings(write(base, {}), [], { local: false, set: {} }).filter(
        ({ severity, rule }) => severity !== "info" && rule !== "mysql-rds-retention-null",
      );
      expect(found.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
    },
  );
});
