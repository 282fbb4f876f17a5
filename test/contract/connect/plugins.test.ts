import { afterEach, beforeEach, expect, test } from "vitest";
import { openCache } from "#artifacts/cache.ts";
import { userPlugin } from "#artifacts/plugins.ts";
import { defaultParts } from "#artifacts/resolve.ts";
import type { PluginDiscovery } from "#stages/connect/server.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";
import { startWorker } from "./one-worker.ts";
import { makeOwnPlugin, ownTransform } from "./own-plugin.ts";

let here: TestRuntime;
beforeEach(async () => {
  here = await openTestRuntime();
});
afterEach(async () => {
  await here?.[Symbol.asyncDispose]();
});

/** The classes that a worker has which is given these plugins, and nothing else. */
async function classesOf(plugins: readonly string[], discovery: PluginDiscovery): Promise<readonly string[]> {
  const cacheDir = temporaryFolder();
  await openCache(cacheDir);
  const pluginPath = await Promise.all(plugins.map((plugin) => userPlugin(cacheDir, plugin)));
  const { connect } = await startWorker({ here, pluginPath, discovery, topics: [] });
  return (await connect.plugins()).map((plugin) => plugin.class);
}

test("a folder with a jar that names its classes is found", async () => {
  const { folder } = await makeOwnPlugin({ parts: here.parts, named: true });
  expect(await classesOf([folder], "service_load")).toContain(ownTransform);
});

test("a zip with a jar that does not is invisible to a worker that goes by such names", async () => {
  const { zip } = await makeOwnPlugin({ parts: here.parts, named: false });
  expect(await classesOf([zip], "service_load")).not.toContain(ownTransform);
});

test("and found by one that looks through the jars", async () => {
  const { zip } = await makeOwnPlugin({ parts: here.parts, named: false });
  expect(await classesOf([zip], "hybrid_warn")).toContain(ownTransform);
});

test("only a plugin of the user's own makes workers look through jars", async () => {
  const { folder } = await makeOwnPlugin({ parts: here.parts, named: true });
  expect(here.parts.ownPlugins).toBe(false);
  expect((await defaultParts({ plugins: [folder] })).ownPlugins).toBe(true);
});
