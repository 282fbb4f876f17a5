import { environmentError, messageOf } from "#core/errors.ts";
import { diskFullError } from "../failure.ts";
import { statusOf } from "./container.ts";

/** What Docker and Podman say when a published port is taken. */
const portTaken = /port is already allocated|address already in use|failed to bind host port|ports are not available/i;
const diskFull = /no space left on device/i;

/** Why the engine did not start a container. What the engine did not say comes back as it is. */
export function startFailure(failed: { server: string; image: string; error: unknown }): unknown {
  const { server, image, error } = failed;
  if (statusOf(error) === undefined) return error;
  const got = messageOf(error);
  if (portTaken.test(got))
    return environmentError({
      code: "PORT_TAKEN",
      what: `another program took a port of ${server} between its choice and its use`,
      expected: "a free port",
      got,
      remedy: "start again: other ports will be chosen",
    });
  if (diskFull.test(got)) return diskFullError("the disk of the container engine is full", [got], error);
  return environmentError({
    code: "CONTAINER_NOT_STARTED",
    what: `the container engine did not start ${server} from ${image}`,
    got,
    remedy: "an image of another architecture, or without /bin/sh, cannot serve: see docs/docker.md",
    cause: error,
  });
}
