import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { cacheFolder, incomingFolder, openCache } from "#artifacts/cache.ts";
import { isIntact, placeFolder } from "#artifacts/folders.ts";
import { onPath } from "#artifacts/programs.ts";
import { openPackageIndex } from "#artifacts/registry/debian.ts";
import { environmentError } from "#core/errors.ts";

/** Chromium for looking at reports: the machine's, else Debian's, unpacked into the cache. Nothing is installed. */
export async function launchChromium(): Promise<Browser> {
  const installed = ["chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"].map((name) =>
    onPath(name),
  );
  const program = installed.find((file) => file !== undefined);
  // Its sandbox needs rights that a container's root does not have; it opens nothing but our own pages.
  const args = ["--no-sandbox"];
  if (program !== undefined) return chromium.launch({ executablePath: program, args });
  const root = await unpackedChromium();
  const libraries = join(
    root,
    "usr",
    "lib",
    readdirSync(join(root, "usr", "lib")).find((name) => name.endsWith("-linux-gnu")) ?? "",
  );
  const folders = [libraries, join(libraries, "pulseaudio"), libraries.replace("/usr/lib/", "/lib/")];
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(":") };
  return chromium.launch({ executablePath: join(root, headlessShell), args, env });
}

const headlessShell = "usr/lib/chromium/chromium-headless-shell";

/** Of the machine's own suite: it starts its children by its own name, so it must run with the machine's C library. */
async function unpackedChromium(): Promise<string> {
  const cacheDir = cacheFolder(process.env);
  await openCache(cacheDir);
  const place = join(cacheDir, "chromium");
  const there = existsSync(place) ? readdirSync(place).map((version) => join(place, version)) : [];
  const intact = there.find((folder) => isIntact(folder));
  if (intact !== undefined) return intact;
  await using work = await incomingFolder(cacheDir);
  const packages = ["chromium-headless-shell"];
  const index = await openPackageIndex({ suite: await debianSuite(), packages, workDir: work.path, missing });
  // Awaited here: the working folder goes when this function ends.
  return await placeFolder({
    cacheDir,
    path: join("chromium", index.version.replaceAll(/[^\w.+-]/g, "_")),
    fill: async (folder) => {
      await index.download(() => undefined);
      await index.unpack(folder, unneeded);
    },
  });
}

/** The C library is the machine's; what draws with a graphics card is not used. */
const unneeded = /^(libc6|libc-bin|libgcc-s1|perl|libperl|libllvm|libz3|libgl1-mesa-dri)/;

async function debianSuite(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8");
  const [, suite] = /^VERSION_CODENAME=(\w+)$/m.exec(release) ?? [];
  if (!release.includes("\nID=debian\n") || suite === undefined) throw missing("only Debian has a package of it");
  return suite;
}

function missing(because: string): Error {
  return environmentError({
    code: "CHROMIUM_MISSING",
    what: `there is no Chromium to look at reports with: ${because}`,
    remedy: "install Chromium so that chromium is on PATH",
  });
}
