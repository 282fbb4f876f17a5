import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineMissing } from "#runtime/docker/engine-problem.ts";
import { floe } from "./floe.ts";

const folder = mkdtempSync(join(tmpdir(), "floe-no-engine-"));

test("no engine: where it was looked for, how to get one, and what runs without", async () => {
  const { status, said } = await floe(["scenario", "--runtime", "docker"], {
    DOCKER_HOST: `unix://${folder}/nobody.sock`,
  });
  expect(said).toContain("NO_ENGINE");
  expect(said).toContain("nobody.sock: ENOENT");
  expect(said).toContain("--runtime native");
  expect(status).toBe(3);
});

test("a socket that nobody listens on is told as that", async () => {
  const socket = join(folder, "plain-file");
  writeFileSync(socket, "");
  expect((await engineMissing({ DOCKER_HOST: `unix://${socket}` }, undefined)).got).toMatch(/ECONNREFUSED|ENOTSOCK/);
});

test("an engine that is too old: which API it has and which is needed", async () => {
  const answers: Record<string, unknown> = { "/info": {}, "/version": { Version: "1.12.6", ApiVersion: "1.24" } };
  const engine = createServer((request, response) => response.end(JSON.stringify(answers[request.url ?? ""] ?? {})));
  const socket = join(folder, "old.sock");
  engine.listen(socket);
  await once(engine, "listening");
  const { status, said } = await floe(["scenario", "--runtime", "docker"], {
    DOCKER_HOST: `unix://${socket}`,
    TESTCONTAINERS_HOST_OVERRIDE: "localhost",
  });
  engine.close();
  expect(said).toContain("ENGINE_TOO_OLD");
  expect(said).toContain("API 1.24");
  expect(status).toBe(3);
});

test("no rights on the socket: which one, and how to get them", async () => {
  const engine = createServer();
  const socket = join(folder, "forbidden.sock");
  engine.listen(socket);
  await once(engine, "listening");
  const program = join(import.meta.dirname, "tell-engine.ts");
  // Nobody may reach what is in another user's folder of mode 0700; root may reach everything, so it steps down.
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout } = spawnSync(process.execPath, [program], {
    ...asNobody,
    encoding: "utf8",
    env: { DOCKER_HOST: `unix://${socket}` },
  });
  engine.close();
  expect(stdout).toContain("ENGINE_FORBIDDEN");
  expect(stdout).toContain("usermod -aG docker");
});
