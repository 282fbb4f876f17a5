import { describe, expect, test } from "vitest";
import { missingBecause, partsMissing, settled } from "#artifacts/missing.ts";
import { environmentError, usageError } from "#core/errors.ts";

const unreachable = new Error("connect ECONNREFUSED 127.0.0.1:1");
const pipFailed = environmentError({
  code: "PROGRAM_FAILED",
  what: "could not download wheels with pip",
  got: "exit code 1",
  remedy: "look at pip's message",
  evidence: ["WARNING: Retrying", "ERROR: No matching distribution found for a==1"],
});

describe("what is missing", () => {
  test("comes as one error that lists everything, with each reason once", () => {
    const error = partsMissing("/cache", [
      { missing: ["g:b:jar:1"], cause: unreachable },
      { missing: ["g:a:jar:1"], cause: unreachable },
      { missing: ["w==1"], cause: pipFailed },
    ]);
    expect(error).toMatchObject({
      code: "PARTS_MISSING",
      message: "3 parts are not in the cache /cache and could not be fetched",
      got: "connect ECONNREFUSED 127.0.0.1:1; could not download wheels with pip (ERROR: No matching distribution found for a==1)",
      evidence: ["g:a:jar:1", "g:b:jar:1", "w==1"],
    });
    expect(error.remedy).toContain("./floe setup");
  });

  test("is one list, too, where several kinds of fetching failed side by side", async () => {
    const work = [
      Promise.reject(partsMissing("/cache", [{ missing: ["g:a:jar:1"], cause: unreachable }])),
      Promise.resolve("java"),
      Promise.reject(missingBecause("/cache", ["mysql-server-core"], pipFailed)),
    ];
    await expect(settled("/cache", work)).rejects.toMatchObject({
      evidence: ["g:a:jar:1", "mysql-server-core"],
      cause: unreachable,
    });
  });

  test("does not hide a cache that cannot be written, nor wrong usage", async () => {
    const full = environmentError({ code: "CACHE_NOT_WRITABLE", what: "the disk is full", remedy: "make room" });
    expect(
      partsMissing("/cache", [
        { missing: ["g:a:jar:1"], cause: unreachable },
        { missing: ["w==1"], cause: full },
      ]),
    ).toBe(full);
    const wrong = usageError({ code: "VERSIONS_CLASH", what: "no", remedy: "other versions" });
    expect(missingBecause("/cache", ["mysql-server-core"], wrong)).toBe(wrong);
    const lacking = partsMissing("/cache", [{ missing: ["g:a:jar:1"], cause: unreachable }]);
    await expect(settled("/cache", [Promise.reject(lacking), Promise.reject(wrong)])).rejects.toBe(wrong);
  });
});
