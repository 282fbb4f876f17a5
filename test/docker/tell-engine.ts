// Says why there is no engine for this user: run as another one by the test of its name.
import { renderError } from "#core/errors.ts";
import { engineMissing } from "#runtime/docker/engine-problem.ts";

console.log(renderError(await engineMissing(process.env, undefined)).join("\n"));
