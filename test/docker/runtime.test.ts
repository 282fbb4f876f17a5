import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostPort } from "#core/addresses.ts";
import type { ServerState } from "#core/history.ts";
import { connectEngine } from "#runtime/docker/engine.ts";
import { containerName } from "#runtime/docker/placed-server.ts";
import { openDockerRuntime } from "#runtime/docker/runtime.ts";
import type { ServerSpec } from "#runtime/port.ts";
import { connectObjectStore } from "#stages/object-store/client.ts";
import { dockerOptions, heldOf, openRuntime, storeKeys, storeSpec } from "./docker-stack.ts";

function clientOf(address: { host: string; port: number }) {
  return connectObjectStore({ address, bucket: "lake", ...storeKeys, withinMs: 2_000 });
}

test("a server is ready when it answers, not as root, with a copy of its files for their owner alone", async () => {
  const options = dockerOptions();
  await using runtime = await openDockerRuntime(options);
  const server = await (await runtime.place(storeSpec())).start();

  expect(server.state()).toBe("running");
  const script = join(options.folder, "config", "object-store", "launch.sh");
  expect(readFileSync(script, "utf8")).toContain("export MINIO_ROOT_USER='hunter2hunter2'");
  expect(statSync(script).mode & 0o777).toBe(0o600);
  const { docker } = await connectEngine();
  const container = docker.getContainer(containerName({ stackId: options.stackId, server: "object-store" }));
  const { Config, HostConfig } = await container.inspect();
  expect(HostConfig.Sysctls).toEqual({ "net.ipv4.ip_local_reserved_ports": String(server.address("s3").port) });
  expect(Config.User).toBe("1000:1000");
  expect(JSON.stringify(Config)).not.toContain("hunter2");
});

test("a killed server starts again at the same addresses on the same data", async () => {
  const states: ServerState[] = [];
  await using runtime = await openRuntime({ onServer: (_, state) => void states.push(state) });
  const server = await (await runtime.place(storeSpec())).start();
  const [outer, inner] = [server.address("s3"), server.innerAddress("s3")];
  using before = clientOf(outer);
  await before.put("kept.txt", Buffer.from("kept"));

  await server.kill();
  expect(server.state()).toBe("ended");
  await server.restart();

  expect([server.address("s3"), server.innerAddress("s3")]).toEqual([outer, inner]);
  using after = clientOf(outer);
  expect(Buffer.from((await after.get("kept.txt")) ?? "").toString()).toBe("kept");
  await server.stop();
  expect(states).toEqual(["starting", "ready", "killed", "starting", "ready", "stopped"]);
});

test("a paused server keeps its port and answers nothing until it is resumed; it can be stopped while paused", async () => {
  await using runtime = await openRuntime();
  const server = await (await runtime.place(storeSpec())).start();
  const live = () =>
    fetch(`http://${hostPort(server.address("s3"))}/minio/health/live`, { signal: AbortSignal.timeout(1_000) });

  await server.pause();
  expect(server.state()).toBe("paused");
  await expect(live()).rejects.toThrow(/timeout/i);
  await server.resume();
  expect((await live()).status).toBe(200);

  await server.pause();
  await server.stop();
  expect(server.state()).toBe("ended");
});

test("a server has another address inside its stack, and disposing leaves nothing on the engine", async () => {
  const options = dockerOptions();
  const runtime = await openDockerRuntime(options);
  const one = await (await runtime.place(storeSpec("one"))).start();
  const { host } = one.innerAddress("s3");
  expect(host).not.toBe(one.address("s3").host);
  expect(await heldOf(options.stackId)).toHaveLength(2);

  await runtime[Symbol.asyncDispose]();

  expect(await heldOf(options.stackId)).toEqual([]);
  expect(existsSync(join(options.folder, "logs", "one.log"))).toBe(true);
  expect(existsSync(join(options.stateDir, options.stackId))).toBe(false);
});

test("a container that ends by itself is told, with how it ended", async () => {
  const { promise: told, resolve } = Promise.withResolvers<string>();
  const options = dockerOptions({ onServer: (_, state, detail) => (state === "exited" ? resolve(detail) : undefined) });
  await using runtime = await openDockerRuntime(options);
  await (await runtime.place(storeSpec())).start();

  const { docker } = await connectEngine();
  await docker.getContainer(containerName({ stackId: options.stackId, server: "object-store" })).kill();

  expect(await told).toBe(`exit code 137 in a container of ${options.images["object-store"]}`);
});

test("a stack that is ended while its servers start leaves nothing, and starts no more", async () => {
  const options = dockerOptions();
  const runtime = await openDockerRuntime(options);
  const placed = await runtime.place(storeSpec());
  const late = await runtime.place(storeSpec("late"));
  const starting = placed.start().catch((error: unknown) => error);

  await runtime[Symbol.asyncDispose]();

  expect(await starting).toMatchObject({ name: "FloeError" });
  await expect(late.start()).rejects.toMatchObject({ code: "STACK_ENDED" });
  expect(await heldOf(options.stackId)).toEqual([]);
});

/** mysqld, told nonsense. */
const broken: ServerSpec = {
  name: "mysql",
  part: "mysql",
  ports: ["sql"],
  launch: () => ({ program: { kind: "mysqld" }, args: ["--no-defaults", "--no-such-option=1"] }),
  ready: async () => true,
  readyWithinMs: 30_000,
};

test("a container that dies at its start is told with its image, its exit code and its last lines; its first ones are in the log", async () => {
  const options = dockerOptions();
  await using runtime = await openDockerRuntime(options);
  const placed = await runtime.place(broken);

  const error: unknown = await placed.start().catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({
    code: "SERVER_DIED",
    got: expect.stringMatching(new RegExp(`exit code \\d+ in a container of ${options.images.mysql}`)),
  });
  expect(JSON.stringify(error)).toContain("Aborting");
  const [first] = readFileSync(join(options.folder, "logs", "mysql.log"), "utf8").split("\n");
  expect(first).toContain("MySQL Server - start.");
});

test("a port that is taken between choosing and starting is PORT_TAKEN", async () => {
  await using other = await openRuntime();
  const thief = await (await other.place(storeSpec())).start();
  const taken = thief.address("s3").port;
  await using runtime = await openRuntime({ choosePort: async () => taken });

  await expect((await runtime.place(storeSpec())).start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
});

test("an image with another server in it is told, with what its shell said", async () => {
  const options = dockerOptions();
  const images = { ...options.images, "object-store": options.images.kafka };
  await using runtime = await openDockerRuntime({ ...options, images });

  await expect((await runtime.place(storeSpec())).start()).rejects.toMatchObject({
    code: "SERVER_DIED",
    evidence: expect.arrayContaining([expect.stringContaining("minio: not found")]),
  });
});
