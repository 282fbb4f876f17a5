// A process of its own that resolves parts, for the tests: clients read their proxies from the environment at start.
import { resolveParts } from "#artifacts/resolve.ts";
import { FloeError } from "#core/errors.ts";

const [cacheDir = "", mysqld = "", ...set] = process.argv.slice(2);
try {
  const { versions } = await resolveParts({
    set: Object.fromEntries(set.map((axis) => axis.split("="))),
    cacheDir,
    ...(mysqld === "" ? {} : { mysqld }),
    objectStore: "s3proxy",
    catalog: "rest",
    plugins: [],
    onProgress: () => undefined,
  });
  console.log(JSON.stringify({ versions }));
} catch (error) {
  if (!(error instanceof FloeError)) throw error;
  const { code, blame, message, got, remedy, evidence } = error;
  console.log(JSON.stringify({ error: { code, blame, message, got, remedy, evidence } }));
}
