// A process of its own that fetches one jar, for the tests.
import { ensureFiles } from "#artifacts/files.ts";
import type { LockedJar } from "#artifacts/lock.ts";

const [cacheDir = "", jar = "{}"] = process.argv.slice(2);
const artifacts = [JSON.parse(jar) as LockedJar];
await ensureFiles([{ part: "test", artifacts }], { cacheDir, onProgress: () => undefined });
