import { Command } from "commander";
import { expect, test } from "vitest";
import { addMatrix, combinations, matrixColumns, matrixFlag, nameOn } from "#cli/matrix.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

function parse(...argv: string[]) {
  const command = addMatrix(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  return matrixFlag.parse(command.parse(argv, { from: "user" }).opts()["matrix"]);
}

test("the flag takes several versions, and several axes", () => {
  expect(parse("--matrix", "iceberg=1.11.0,1.12.0", "--matrix", "kafka=4.1.2", "--matrix", "kafka=4.3.1")).toEqual({
    iceberg: ["1.11.0", "1.12.0"],
    kafka: ["4.1.2", "4.3.1"],
  });
});

test.each(["iceberg", "iceberg=", "iceberg=1.11.0,", "mysql=9.7.4"])("the flag refuses %s", (value) => {
  expect(() => parse("--matrix", value)).toThrow("Expected axis=version,version with one of kafka,");
});

test("every combination comes once, the first axis changing slowest, over what is set for all", () => {
  const matrix = { iceberg: ["1.11.0", "1.12.0", "1.11.0"], debezium: ["3.5.0.Final", "3.6.1.Final"] };
  expect(combinations(matrix, { kafka: "4.1.2" })).toEqual([
    { kafka: "4.1.2", iceberg: "1.11.0", debezium: "3.5.0.Final" },
    { kafka: "4.1.2", iceberg: "1.11.0", debezium: "3.6.1.Final" },
    { kafka: "4.1.2", iceberg: "1.12.0", debezium: "3.5.0.Final" },
    { kafka: "4.1.2", iceberg: "1.12.0", debezium: "3.6.1.Final" },
  ]);
  expect(combinations({}, { kafka: "4.1.2" })).toEqual([{ kafka: "4.1.2" }]);
});

test("an axis that is set for all has no place in the matrix", () => {
  expect(() => combinations({ iceberg: ["1.11.0"] }, { iceberg: "1.12.0" })).toThrow(
    expect.objectContaining({ code: "AXIS_TWICE", blame: "usage" }),
  );
});

test("a combination that cannot be is told beforehand, and all of them are refused", async () => {
  const asked = { set: {}, cacheDir: temporaryFolder(), runtime: "docker" } as const;
  const columns = await matrixColumns({ kafka: ["3.5.2", "4.3.1"] }, asked);
  expect(columns.map(({ set, clash }) => [set.kafka, clash?.message])).toEqual([
    ["3.5.2", "Kafka 3.5.2 cannot be used"],
    ["4.3.1", undefined],
  ]);
  await expect(matrixColumns({ kafka: ["3.5.1", "3.5.2"] }, asked)).rejects.toMatchObject({ code: "VERSIONS_CLASH" });
});

test("runs of one scenario are told apart by their versions", () => {
  expect(nameOn("baseline/one", { iceberg: "1.11.0", kafka: "4.1.2" })).toBe(
    "baseline/one [iceberg=1.11.0 kafka=4.1.2]",
  );
});
