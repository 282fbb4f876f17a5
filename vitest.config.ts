import { defineConfig } from "vitest/config";

const shared = {
  environment: "node",
  testTimeout: 60_000,
  hookTimeout: 120_000,
  execArgv: ["--disable-warning=TimeoutNegativeWarning"],
};

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["test/unit/**/*.test.ts", "test/*.test.ts"],
        },
      },
      // One server, or one whole stack, at a time: two cores are shared by all of them.
      {
        test: {
          ...shared,
          name: "contract",
          sequence: { groupOrder: 1 },
          include: ["test/contract/**/*.test.ts"],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: "pipeline",
          sequence: { groupOrder: 2 },
          include: ["test/pipeline/**/*.test.ts", "test/plants/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
