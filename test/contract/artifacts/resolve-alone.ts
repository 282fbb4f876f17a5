// A process of its own that resolves parts, for the tests: clients read their proxies from the environment at start.
import { defaultParts } from "#artifacts/resolve.ts";
import { FloeError } from "#core/errors.ts";

const [cacheDir = "", mysqld = "", ...set] = process.argv.slice(2);
try {
  const { versions } = await defaultParts({
    set: Object.fromEntries(set.map((axis) => axis.split("="))),
    cacheDir,
    ...(mysqld === "" ? {} : { mysqld }),
  });
  console.log(JSON.stringify({ versions }));
} catch (error) {
  if (!(error instanceof FloeError)) throw error;
  const { code, blame, message, got, remedy, evidence } = error;
  console.log(JSON.stringify({ error: { code, blame, message, got, remedy, evidence } }));
}
