import { findJava } from "./java.ts";
import { readLock } from "./lock.ts";
import { findMysqld } from "./mysqld.ts";
import { wheelsFor } from "./plan.ts";
import { onPath } from "./programs.ts";

export interface ObstacleOptions {
  readonly cacheDir: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What the native runtime lacks on this machine and could not fetch either. Undefined where all can be had. */
export async function nativeObstacle({ cacheDir, platform, arch, env }: ObstacleOptions): Promise<string | undefined> {
  const [mysql, java, lock] = await Promise.all([findMysqld(cacheDir, undefined), findJava(cacheDir, env), readLock()]);
  const packages = platform === "linux" && arch === "x64" && onPath("apt-get", env) !== undefined;
  if (mysql.found === undefined && !packages)
    return `no mysqld on PATH, and no packages of one for ${platform}-${arch}`;
  if (java.found !== undefined || wheelsFor(lock, "java", `${platform}-${arch}`).length > 0) return undefined;
  return `no Java 17 or later, and no wheel of one for ${platform}-${arch}`;
}
