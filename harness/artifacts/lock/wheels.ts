import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { invariant } from "#core/errors.ts";
import { sha256Of } from "../checksum.ts";
import { type LockedWheel, platforms } from "../lock.ts";
import { pipDownload } from "../registry/pip.ts";

type Platform = LockedWheel["platform"];

/** The tags under which wheels for a platform are published, the most common first. */
const tags: Readonly<Record<Platform, readonly string[]>> = {
  "linux-x64": ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"],
  "linux-arm64": ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"],
  "darwin-arm64": ["macosx_11_0_arm64", "macosx_12_0_arm64"],
};

/** The lines of the lock file for a wheel (`name==version`), one for each platform that has it. */
export async function lockWheel(requirement: string, folder: string): Promise<LockedWheel[]> {
  const lines: LockedWheel[] = [];
  for (const platform of platforms) {
    const found = await download(requirement, platform, folder);
    if (found === undefined) continue;
    const path = join(folder, platform, found);
    lines.push({
      wheel: requirement,
      platform,
      file: found,
      size: (await stat(path)).size,
      sha256: await sha256Of(path),
    });
  }
  invariant(lines.length > 0, `the package index has ${requirement} for some platform`);
  return lines;
}

async function download(requirement: string, platform: Platform, folder: string): Promise<string | undefined> {
  const into = join(folder, platform);
  const before = await names(into);
  await pipDownload({ requirements: [requirement], tags: tags[platform], into }).catch(() => undefined);
  return (await names(into)).find((name) => !before.includes(name));
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
