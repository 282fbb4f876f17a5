import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nativeObstacle } from "#artifacts/native-obstacle.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";

const wish = { runtime: "auto", image: {}, cacheDir: mkdtempSync(join(tmpdir(), "floe-choice-")) } as const;
const nothing = { cacheDir: wish.cacheDir, platform: "darwin", arch: "x64", env: {} } as const;

test("each runtime has an object store of its own, unless one is asked for", async () => {
  expect(await chooseRuntime({ ...wish, runtime: "native" })).toEqual({ runtime: "native", objectStore: "s3proxy" });
  expect(await chooseRuntime({ ...wish, runtime: "docker" })).toEqual({ runtime: "docker", objectStore: "minio" });
  expect(await chooseRuntime({ ...wish, runtime: "docker", objectStore: "rustfs" })).toMatchObject({
    objectStore: "rustfs",
  });
});

test("a flag that only one runtime knows chooses it, and says so", async () => {
  expect(await chooseRuntime({ ...wish, mysqld: "/usr/sbin/mysqld" })).toMatchObject({
    runtime: "native",
    runtimeNote: "runtime native: --mysqld names a program",
  });
  expect(await chooseRuntime({ ...wish, image: { mysql: "mysql:8.4" } })).toMatchObject({
    runtime: "docker",
    runtimeNote: "runtime docker: --image names an image",
  });
});

test("a flag of the other runtime is refused before anything starts", async () => {
  await expect(chooseRuntime({ ...wish, runtime: "native", image: { mysql: "mysql:8.4" } })).rejects.toMatchObject({
    code: "FLAG_OF_OTHER_RUNTIME",
    blame: "usage",
  });
  await expect(chooseRuntime({ ...wish, runtime: "docker", mysqld: "/m" })).rejects.toMatchObject({
    message: "--mysqld says nothing to the runtime docker",
  });
});

test("a machine without mysqld or Java, for which none is published, cannot be native", async () => {
  const obstacle = await nativeObstacle(nothing);
  expect(obstacle).toMatch(/^no (mysqld|Java)/);
});
