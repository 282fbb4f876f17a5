import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "#artifacts/cache.ts";
import { resolveJars } from "#artifacts/resolve-jars.ts";
import { connectEngine } from "#runtime/docker/engine.ts";
import { askImage } from "#runtime/docker/image-answers.ts";
import { ensureOwnImage, type OwnImage } from "#runtime/docker/image-build.ts";
import { ensureImage } from "#runtime/docker/image-pull.ts";
import { preparedImage } from "#runtime/docker/prepared-image.ts";
import { pinnedImages } from "#runtime/docker/versions.ts";
import { floe } from "./floe.ts";

const engine = await connectEngine();
const onProgress = () => undefined;

test("an image that cannot be pulled is told with its name, its registry and what to set, before anything starts", async () => {
  const { status, said } = await floe(["scenario", "--runtime", "docker", "--image", "mysql=localhost:9/no/such:1"]);
  expect(said).toContain("IMAGE_MISSING");
  expect(said).toContain("localhost:9/no/such:1 (mysql) is not on the engine and could not be pulled from localhost:9");
  expect(said).toContain("--image mysql=REF");
  expect(status).toBe(3);
});

test("an image that has another program in it is unfit", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "floe-images-"));
  const { image } = (await pinnedImages()).minio;
  await expect(
    askImage({ engine, cacheDir, image, command: ["mysqld", "--version"], pattern: /Ver (\S+)/ }),
  ).rejects.toMatchObject({ code: "IMAGE_UNFIT", got: expect.stringContaining("not found") });
});

test("an image that is there is not asked for elsewhere", async () => {
  const { mysql } = await pinnedImages();
  const progress: string[] = [];
  await ensureImage({ kind: "mysql", ...mysql }, { engine, onProgress: ({ step }) => progress.push(step) });
  expect(progress).toEqual([]);
});

test("an image of our own comes out of the same jars with the same layers, and does not run as root", async () => {
  const own = await catalogImage();
  const ref = await ensureOwnImage(own, { engine, onProgress });
  const first = await engine.docker.getImage(ref).inspect();
  // With its last name goes what it was built from: nothing of it can be used again.
  for (const name of [ref, "floe/catalog:latest"]) await engine.docker.getImage(name).remove();

  expect(await ensureOwnImage(own, { engine, onProgress })).toBe(ref);

  const second = await engine.docker.getImage(ref).inspect();
  expect(second.RootFS.Layers).toEqual(first.RootFS.Layers);
  expect(second.Config.User).toBe("floe");
});

test("the Java of our own images is told like any other when it cannot be pulled", async () => {
  const own = await catalogImage();
  const [jar] = own.libs;
  const libs = [{ file: jar?.file ?? "", sha256: "another" }];
  const java = { kind: "java", image: "localhost:9/no/java:1" };
  await expect(ensureOwnImage({ ...own, libs, java }, { engine, onProgress })).rejects.toMatchObject({
    code: "IMAGE_MISSING",
    message: expect.stringContaining("(java)"),
  });
});

test("first data that cannot be made is told with the last lines of what was to make it", async () => {
  const { image } = (await pinnedImages()).mysql;
  const files = { "launch.sh": "echo no such character set; exit 3" };
  await expect(preparedImage({ engine, image, part: "mysql", files })).rejects.toMatchObject({
    code: "IMAGE_NOT_BUILT",
    got: expect.stringContaining("returned a non-zero code: 3"),
    evidence: expect.arrayContaining(["no such character set"]),
  });
});

async function catalogImage(): Promise<OwnImage> {
  const jars = await resolveJars({
    set: {},
    cacheDir: cacheFolder(process.env),
    objectStore: "minio",
    catalog: "rest",
    plugins: [],
    onProgress,
  });
  const java = { kind: "java", ...(await pinnedImages()).java };
  return { name: "catalog", java, libs: jars.libs.catalog, plugins: { ours: [], ofUser: [], key: [] } };
}
