import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openCache } from "#artifacts/cache.ts";
import { userPlugin } from "#artifacts/plugins.ts";
import { unzip } from "#artifacts/zip.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { type ZipEntry, zipBytes } from "./zip-bytes.ts";

let cache: string;
beforeEach(async () => {
  cache = temporaryFolder();
  await openCache(cache);
});

describe("a plugin of the user's own", () => {
  test("that is a zip is unpacked into a folder for plugin.path, once for each content", async () => {
    const zip = zipFile("my-plugin.zip", [{ name: "mine/lib/a.jar", content: "jar" }]);
    const folder = await userPlugin(cache, zip);
    expect(readFileSync(join(folder, "my-plugin/mine/lib/a.jar"), "utf8")).toBe("jar");
    expect(await userPlugin(cache, zip)).toBe(folder);
    writeFileSync(zip, zipBytes([{ name: "mine/lib/b.jar", content: "other" }]));
    expect(await userPlugin(cache, zip)).not.toBe(folder);
  });

  test("that is a folder is used where it is", async () => {
    const jars = join(temporaryFolder(), "my-jars");
    mkdirSync(jars);
    const folder = await userPlugin(cache, jars);
    writeFileSync(join(jars, "late.jar"), "jar");
    expect(readdirSync(join(folder, "my-jars"))).toEqual(["late.jar"]);
  });

  test("is made again where somebody damaged it", async () => {
    const folder = await userPlugin(cache, zipFile("p.zip", [{ name: "a.jar", content: "jar" }]));
    rmSync(join(folder, "p/a.jar"));
    expect(await userPlugin(cache, zipFile("p.zip", [{ name: "a.jar", content: "jar" }]))).toBe(folder);
    expect(existsSync(join(folder, "p/a.jar"))).toBe(true);
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });

  test.each(["/nowhere/plugin.zip", "/etc/hostname"])("is refused where it is neither: %s", async (given) => {
    await expect(userPlugin(cache, given)).rejects.toMatchObject({ code: "PLUGIN_UNFIT", blame: "usage" });
  });

  test("is refused where it is no zip, or a zip that is cut off", async () => {
    const cut = join(temporaryFolder(), "cut.zip");
    writeFileSync(cut, zipBytes([{ name: "a.jar", content: "jar" }]).subarray(0, 30));
    await expect(userPlugin(cache, cut)).rejects.toMatchObject({ code: "PLUGIN_UNFIT" });
  });
});

describe("unpacking", () => {
  test.each(["../out.jar", "/tmp/out.jar", "a/../../out.jar", "a\\..\\..\\out.jar"])(
    "refuses a name that leads out of the folder: %s",
    async (name) => {
      const outer = temporaryFolder();
      await expect(unzip(zipFile("evil.zip", [{ name }]), join(outer, "a", "b"))).rejects.toThrow(/invalid|absolute/);
      expect(readdirSync(outer)).toEqual([]);
    },
  );

  test("refuses a symbolic link", async () => {
    const zip = zipFile("link.zip", [{ name: "link", content: "/etc", mode: 0o120777 }]);
    await expect(unzip(zip, temporaryFolder())).rejects.toMatchObject({ code: "ZIP_UNSAFE" });
  });

  test("keeps programs executable", async () => {
    const folder = temporaryFolder();
    await unzip(zipFile("java.zip", [{ name: "bin/java", content: "#!", mode: 0o100755 }]), folder);
    expect(statSync(join(folder, "bin/java")).mode & 0o111).not.toBe(0);
  });
});

function zipFile(name: string, entries: readonly ZipEntry[]): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, zipBytes(entries));
  return file;
}
