import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { VersionSet } from "#core/versions.ts";
import { type IncidentRun, incidentsPage, issueLink } from "#report/incidents.ts";
import { listScenarios, scenariosFolder } from "#run/find.ts";
import type { Scenario } from "#run/scenario.ts";

const defaults = { kafka: "4.3.1", debezium: "3.6.1.Final", iceberg: "1.12.0", catalog: "1.11.0" };
const versions: VersionSet = { ...defaults, mysql: "9.7.4", objectStore: "s3proxy 4.1.0", duckdb: "1.5.5", java: "17" };
const incident = {
  name: "incidents/i-90-a-thing-breaks",
  reported: ["apache/iceberg#1"],
  shows: "it breaks",
  known: [],
};
const run = { scenario: incident.name, verdict: "valid", versions } as const;

function rows(page: string): string[] {
  return page.split("\n").filter((line) => /^\| [A-Z]-\d+ /.test(line));
}

describe("the page of incidents", () => {
  test("counts the runs of each version set, the default one first", () => {
    const older = { ...run, versions: { ...versions, iceberg: "1.11.0" } };
    const runs: IncidentRun[] = [
      run,
      { ...older, verdict: "known-bug" },
      run,
      older,
      { ...run, scenario: "own/other" },
    ];
    const known = [{ iceberg: "<=1.11.0" }, { iceberg: "<=1.11.0" }];
    const page = incidentsPage({ incidents: [{ ...incident, known }], runs, defaults });
    expect(rows(page)).toEqual([
      "| I-90 | [a thing breaks](../scenarios/incidents/i-90-a-thing-breaks.ts) | " +
        "[apache/iceberg#1](https://github.com/apache/iceberg/issues/1) | it breaks | iceberg ≤ 1.11.0 | " +
        "valid 2 of 2<br>Iceberg's sink 1.11.0: valid 1 of 2, known-bug 1 of 2 |",
    ]);
    expect(page).toContain("Made from 4 runs");
    expect(page).toContain("MySQL 9.7.4, s3proxy 4.1.0, DuckDB 1.5.5, Java 17");
  });

  test("says where nothing was run, and is the same whatever the order", () => {
    const other = { ...incident, name: "incidents/d-01-another" };
    const page = incidentsPage({ incidents: [incident, other], runs: [run], defaults });
    expect(rows(page).map((row) => [row.slice(2, 6), row.endsWith("| not run |")])).toEqual([
      ["D-01", true],
      ["I-90", false],
    ]);
    expect(incidentsPage({ incidents: [other, incident], runs: [run], defaults })).toBe(page);
  });

  test("links an issue where it knows the tracker", () => {
    expect(issueLink("DBZ-220")).toBe("[DBZ-220](https://issues.redhat.com/browse/DBZ-220)");
    expect(issueLink("KAFKA-9228")).toBe("[KAFKA-9228](https://issues.apache.org/jira/browse/KAFKA-9228)");
    expect(issueLink("by word of mouth")).toBe("by word of mouth");
  });
});

test("docs/incidents.md has a row for each incident of the project, as it tells of itself, and no other", async () => {
  const files = await listScenarios();
  const loaded = await Promise.all(
    files.map(async ({ name, path }) => {
      const { default: scenario }: { default: Scenario } = await import(path);
      return { name, scenario };
    }),
  );
  const own = loaded.filter(({ scenario }) => scenario.tags?.includes("incident") === true);
  expect(own.filter(({ scenario }) => scenario.incident === undefined)).toEqual([]);
  expect(loaded.filter(({ scenario }) => scenario.incident !== undefined)).toHaveLength(own.length);

  const page = readFileSync(join(scenariosFolder, "..", "docs", "incidents.md"), "utf8");
  const told = rows(page).map((row) => ({ name: /\.\.\/scenarios\/(.+?)\.ts\)/.exec(row)?.[1] ?? "", row }));
  expect(told.map(({ name }) => name)).toEqual(own.map(({ name }) => name));
  for (const [at, { scenario }] of own.entries()) expect(told[at]?.row).toContain(` | ${scenario.incident?.shows} | `);
});
