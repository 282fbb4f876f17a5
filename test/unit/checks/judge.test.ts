import { describe, expect, test } from "vitest";
import { type JudgeOptions, judge } from "#checks/judge.ts";
import type { AnomalyClass, CheckVerdict } from "#core/verdict.ts";
import type { VersionSet } from "#core/versions.ts";

const versions: VersionSet = {
  kafka: "4.3.1",
  debezium: "3.6.1.Final",
  iceberg: "1.11.0",
  catalog: "1.11.0",
  mysql: "9.7.4",
  objectStore: "s3proxy 4.1.0",
  duckdb: "1.5.5",
  java: "17",
};

const bug = { issue: "apache/iceberg#17340", when: { iceberg: "<=1.11.0" }, anomaly: "duplicate" } as const;

function check(name: string, counts: Partial<Record<AnomalyClass, number>>): CheckVerdict {
  const anomalies = Object.entries(counts).map(([anomaly, count]) => ({
    class: anomaly as AnomalyClass,
    hop: "kafka->sink" as const,
    table: "people",
    key: "id=1",
    count,
    evidence: [],
  }));
  return { name, verdict: anomalies.length === 0 ? "valid" : "invalid", anomalies };
}

function judged(options: Partial<JudgeOptions>) {
  return judge({ checks: [], expect: {}, known: [], versions, announced: {}, ...options });
}

describe("an expectation", () => {
  test("that names nothing allows nothing", () => {
    expect(judged({ checks: [check("changelog", {})] }).verdict).toBe("valid");
    const { verdict, notes } = judged({ checks: [check("changelog", { lost: 2 })] });
    expect({ verdict, notes }).toEqual({ verdict: "invalid", notes: ["lost: 2, expected 0"] });
  });

  test("is not met by a check that is invalid without a row to show", () => {
    const notFailed = { ...check("connectors", {}), verdict: "invalid" } as const;
    expect(judged({ checks: [notFailed] }).verdict).toBe("invalid");
  });

  test("of a number demands exactly that number", () => {
    expect(judged({ checks: [check("changelog", { duplicate: 3 })], expect: { duplicates: 3 } }).verdict).toBe("valid");
    expect(judged({ checks: [check("changelog", { duplicate: 2 })], expect: { duplicates: 3 } }).verdict).toBe(
      "invalid",
    );
    expect(judged({ checks: [check("changelog", {})], expect: { duplicates: 3 } }).verdict).toBe("invalid");
  });

  test("of at most a number allows fewer", () => {
    expect(judged({ checks: [check("changelog", {})], expect: { duplicates: { atMost: 3 } } }).verdict).toBe("valid");
    expect(
      judged({ checks: [check("changelog", { duplicate: 4 })], expect: { duplicates: { atMost: 3 } } }).verdict,
    ).toBe("invalid");
  });

  test("of what was announced demands that number, and is unknown when nobody announced it", () => {
    const options = {
      checks: [check("changelog", { duplicate: 7 })],
      expect: { duplicates: { equals: "rewound" } },
    } as const;
    expect(judged({ ...options, announced: { rewound: 7 } }).verdict).toBe("valid");
    expect(judged({ ...options, announced: { rewound: 8 } }).verdict).toBe("invalid");
    expect(judged(options).verdict).toBe("unknown");
  });

  test("of at most what was announced allows fewer, and no more", () => {
    const wanted = { duplicates: { atMost: "rewound" } } as const;
    const verdict = (duplicate: number) =>
      judged({ checks: [check("changelog", { duplicate })], expect: wanted, announced: { rewound: 7 } }).verdict;
    expect([3, 7, 8].map(verdict)).toEqual(["valid", "valid", "invalid"]);
  });

  test("since the last offset flush allows what was counted since then", () => {
    const options = {
      checks: [check("changelog", { duplicate: 7 })],
      expect: { duplicates: "since-last-offset-flush" },
    } as const;
    expect(judged({ ...options, sinceLastOffsetFlush: 9 }).verdict).toBe("valid");
    expect(judged({ ...options, sinceLastOffsetFlush: 6 }).verdict).toBe("invalid");
    expect(judged(options).verdict).toBe("unknown");
  });

  test("counts the same loss once when two checks see it, and both are invalid", () => {
    const checks = [check("current-state", { lost: 2 }), check("changelog", { lost: 2 })];
    expect(judged({ checks, expect: { lost: 2 } }).verdict).toBe("valid");
    expect(judged({ checks }).checks.map(({ verdict }) => verdict)).toEqual(["invalid", "invalid"]);
  });

  test("cannot make an unknown check valid", () => {
    expect(judged({ checks: [{ ...check("current-state", {}), verdict: "unknown" }] }).verdict).toBe("unknown");
  });
});

describe("a known bug", () => {
  test("that shows sometimes may be there or not, beside one that must be", () => {
    const rare = { issue: "apache/iceberg#17551", when: bug.when, anomaly: "lost", sometimes: true } as const;
    const verdictOf = (counts: Partial<Record<AnomalyClass, number>>, known: JudgeOptions["known"]) =>
      judged({ checks: [check("changelog", counts)], known }).verdict;
    expect(verdictOf({ duplicate: 5 }, [bug, rare])).toBe("known-bug");
    expect(verdictOf({ duplicate: 5, lost: 1 }, [bug, rare])).toBe("known-bug");
    expect(verdictOf({ lost: 1 }, [bug, rare])).toBe("invalid");
    expect(verdictOf({ duplicate: 5, phantom: 1 }, [bug, rare])).toBe("invalid");
    expect(verdictOf({ lost: 1 }, [rare])).toBe("known-bug");
    expect(verdictOf({}, [rare])).toBe("valid");
    expect(judged({ checks: [check("changelog", { duplicate: 5 })], known: [bug, rare] }).notes.join()).not.toContain(
      rare.issue,
    );
  });

  test("on its versions is known-bug when exactly its anomaly occurs", () => {
    const { verdict, checks } = judged({
      checks: [check("current-state", {}), check("changelog", { duplicate: 5 })],
      known: [bug],
    });
    expect(verdict).toBe("known-bug");
    expect(checks.map((one) => one.verdict)).toEqual(["valid", "known-bug"]);
  });

  test("does not excuse another anomaly beside it", () => {
    expect(judged({ checks: [check("changelog", { duplicate: 5, lost: 1 })], known: [bug] }).verdict).toBe("invalid");
  });

  test("that does not appear on its versions is a finding", () => {
    const { verdict, notes } = judged({ checks: [check("changelog", {})], known: [bug] });
    expect(verdict).toBe("invalid");
    expect(notes).toEqual(["apache/iceberg#17340 says duplicate on these versions, and it did not appear"]);
  });

  test("means nothing on other versions", () => {
    const fixed = { ...versions, iceberg: "1.12.0" };
    expect(judged({ checks: [check("changelog", { duplicate: 5 })], known: [bug], versions: fixed }).verdict).toBe(
      "invalid",
    );
    expect(judged({ checks: [check("changelog", {})], known: [bug], versions: fixed }).verdict).toBe("valid");
  });
});
