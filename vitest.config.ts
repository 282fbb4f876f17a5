import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** What tests leave behind lies in it, their runs' evidence above all. It goes when all have passed. */
const leftovers = mkdtempSync(join(tmpdir(), "floe-tests-"));

const shared = {
  environment: "node",
  env: { TMPDIR: leftovers },
  testTimeout: 60_000,
  hookTimeout: 120_000,
  execArgv: ["--disable-warning=TimeoutNegativeWarning"],
};

/** Whether something listens where a container engine would. FLOE_REQUIRE_DOCKER=1 makes a missing one a failure. */
async function hasEngine(): Promise<boolean> {
  const { DOCKER_HOST: host = "unix:///var/run/docker.sock", FLOE_REQUIRE_DOCKER: required } = process.env;
  if (required === "1" || !host.startsWith("unix://")) return true;
  const socket = connect(host.slice("unix://".length));
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// What is worth running on containers, too; FLOE_DOCKER_TESTS=all (npm run test:docker:all) also reads their MySQL's binlog,
// and moves offsets.
const everything = process.env["FLOE_DOCKER_TESTS"] === "all";
const servers = ["mysql/server", "kafka/broker", "connect/worker", "iceberg/catalog", "object-store/server"];
const onContainers = [
  "test/docker/*.test.ts",
  "test/pipeline/own-plugin.test.ts",
  ...(everything ? ["test/pipeline/offsets.test.ts"] : []),
  ...(everything ? ["mysql/*", ...servers] : servers).map((name) => `test/contract/${name}.test.ts`),
];

export default defineConfig({
  test: {
    // Of tests that share a stack, as many at once as scenarios are run on two cores.
    maxConcurrency: 2,
    reporters: ["default", ["./test/closing-line.ts", { leftovers }]],
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
      // The runtime of containers, and the contract tests once more, on its servers.
      {
        test: {
          ...shared,
          name: "docker",
          sequence: { groupOrder: 3 },
          include: (await hasEngine()) ? onContainers : ["test/docker/without-engine/*.test.ts"],
          env: { ...shared.env, FLOE_TEST_RUNTIME: "docker" },
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
