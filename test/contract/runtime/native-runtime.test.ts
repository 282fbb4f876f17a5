import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ServerState } from "#core/history.ts";
import { choosePort } from "#runtime/free-port.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import { markedProcesses } from "#runtime/processes.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { ask, tinyOptions, tinySpec } from "./tiny-stack.ts";

test("a server is ready when it answers, with its log from the first byte and its secrets for its owner alone", async () => {
  const options = tinyOptions(temporaryFolder());
  await using runtime = await openNativeRuntime(options);
  const server = await (await runtime.place(tinySpec({ name: "one" }))).start();

  expect(await ask(server.address("http"))).toEqual({ server: "one", starts: 1 });
  expect(server.state()).toBe("running");
  expect(server.readyMs()).toBeGreaterThan(0);
  expect(server.logFile).toBe(join(options.folder, "logs", "one.log"));
  expect(readFileSync(server.logFile, "utf8")).toMatch(/^first line of one\nlistening\n/);
  expect(await server.logTail(1)).toEqual(["listening"]);
  const config = join(options.folder, "config", "one", "tiny.properties");
  expect(readFileSync(config, "utf8")).toContain(`data=${join(options.folder, "data", "one")}`);
  expect(statSync(config).mode & 0o777).toBe(0o600);
  expect(statSync(join(options.stateDir, options.stackId, "stack.json")).mode & 0o777).toBe(0o600);
});

test("disposing ends every server at once, keeps the logs and leaves neither data nor a record nor a reaper", async () => {
  const options = tinyOptions(temporaryFolder());
  const runtime = await openNativeRuntime(options);
  const specs = ["one", "two", "three"].map((name) => tinySpec({ name, special: "parent" }));
  const placed = await Promise.all(specs.map((spec) => runtime.place(spec)));
  await Promise.all(placed.map((server) => server.start()));
  expect(markedProcesses(options.stackId)).toHaveLength(6);

  await runtime[Symbol.asyncDispose]();

  expect(markedProcesses(options.stackId)).toEqual([]);
  expect(existsSync(join(options.folder, "logs", "one.log"))).toBe(true);
  expect(existsSync(join(options.folder, "data"))).toBe(false);
  expect(existsSync(join(options.stateDir, options.stackId))).toBe(false);
});

test("a killed server starts again at the same address on the same data", async () => {
  const states: [string, ServerState][] = [];
  await using runtime = await openNativeRuntime(
    tinyOptions(temporaryFolder(), { onServer: (name, state) => void states.push([name, state]) }),
  );
  const server = await (await runtime.place(tinySpec({ name: "one" }))).start();
  const before = server.address("http");

  await server.kill();
  expect(server.state()).toBe("ended");
  await expect(ask(before)).rejects.toThrow();
  await server.restart();

  expect(server.address("http")).toEqual(before);
  expect(await ask(before)).toEqual({ server: "one", starts: 2 });
  await server.stop();
  expect(states.map(([, state]) => state)).toEqual(["starting", "ready", "killed", "starting", "ready", "stopped"]);
});

test("a paused server keeps its connections and answers nothing until it is resumed", async () => {
  await using runtime = await openNativeRuntime(tinyOptions(temporaryFolder()));
  const server = await (await runtime.place(tinySpec({ name: "one" }))).start();

  await server.pause();
  expect(server.state()).toBe("paused");
  await expect(ask(server.address("http"))).rejects.toThrow(/timeout/i);
  await server.resume();

  expect((await ask(server.address("http"))).server).toBe("one");
  await server.pause();
  await server.stop();
  expect(server.state()).toBe("ended");
});

test("a server that ends by itself is told, with how it ended", async () => {
  const { promise: told, resolve } = Promise.withResolvers<string>();
  const options = tinyOptions(temporaryFolder(), {
    onServer: (_, state, detail) => (state === "exited" ? resolve(detail) : undefined),
  });
  await using runtime = await openNativeRuntime(options);
  await (await runtime.place(tinySpec({ name: "one" }))).start();

  const [found] = markedProcesses(options.stackId);
  process.kill(found?.pid ?? 0, "SIGABRT");

  expect(await told).toBe("signal SIGABRT");
});

test("a server that dies at its start is told at once, with its last lines and its log", async () => {
  const options = tinyOptions(temporaryFolder());
  await using runtime = await openNativeRuntime(options);
  const placed = await runtime.place(tinySpec({ name: "one", special: "die:the moon is full" }));

  await expect(placed.start()).rejects.toMatchObject({
    code: "SERVER_DIED",
    got: "it ended with exit code 7",
    evidence: [join(options.folder, "logs", "one.log"), "first line of one", "the moon is full"],
  });
});

test("a server that finds its disk full is told as that", async () => {
  await using runtime = await openNativeRuntime(tinyOptions(temporaryFolder()));
  const placed = await runtime.place(tinySpec({ name: "one", special: "die:write failed: No space left on device" }));

  await expect(placed.start()).rejects.toMatchObject({ code: "DISK_FULL", blame: "environment" });
});

test("a server that never answers is told when its time is up, and does not run on", async () => {
  const options = tinyOptions(temporaryFolder());
  await using runtime = await openNativeRuntime(options);
  const never = { ...tinySpec({ name: "one", readyWithinMs: 1_500 }), ready: async () => false };
  const placed = await runtime.place(never);

  await expect(placed.start()).rejects.toMatchObject({
    code: "DEADLINE",
    got: expect.stringMatching(/not ready yet$/),
  });
  expect(markedProcesses(options.stackId)).toEqual([]);
});

test.each(["", "lingering"])(
  "a port taken between choosing and binding is PORT_TAKEN, though the other program answers (%s)",
  async (special) => {
    await using other = await openNativeRuntime(tinyOptions(temporaryFolder()));
    const thief = await (await other.place(tinySpec({ name: "thief" }))).start();
    const taken = thief.address("http").port;
    await using runtime = await openNativeRuntime(tinyOptions(temporaryFolder(), { choosePort: async () => taken }));
    const placed = await runtime.place(tinySpec({ name: "one", special }));

    await expect(placed.start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
    expect((await ask(thief.address("http"))).server).toBe("thief");
  },
);

test("after PORT_TAKEN a new runtime on new ports comes up", async () => {
  await using other = await openNativeRuntime(tinyOptions(temporaryFolder()));
  const thief = await (await other.place(tinySpec({ name: "thief" }))).start();
  const ports = [thief.address("http").port];
  const options = { choosePort: async () => ports.pop() ?? choosePort() };
  const attempt = async () => {
    await using runtime = await openNativeRuntime(tinyOptions(temporaryFolder(), options));
    return (await (await runtime.place(tinySpec({ name: "one" }))).start()).readyMs();
  };

  await expect(attempt()).rejects.toMatchObject({ code: "PORT_TAKEN" });
  expect(await attempt()).toBeGreaterThan(0);
});

test("a start that comes while the stack ends is refused and leaves nothing", async () => {
  const options = tinyOptions(temporaryFolder());
  const runtime = await openNativeRuntime(options);
  const placed = await Promise.all(["one", "two"].map((name) => runtime.place(tinySpec({ name }))));
  const starting = Promise.allSettled(placed.map((server) => server.start()));

  await runtime[Symbol.asyncDispose]();

  expect((await starting).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(markedProcesses(options.stackId)).toEqual([]);
});
