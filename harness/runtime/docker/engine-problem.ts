import { once } from "node:events";
import { connect } from "node:net";
import { environmentError, type FloeError, messageOf, systemCode } from "#core/errors.ts";

const withoutOne = "or run without one: --runtime native";

/** Why no engine was found: nothing there, nobody listening, or no rights on its socket. */
export async function engineMissing(env: NodeJS.ProcessEnv, cause: unknown): Promise<FloeError> {
  const { DOCKER_HOST: told } = env;
  const socket = told === undefined ? "/var/run/docker.sock" : socketOf(told);
  const refusal = socket === undefined ? messageOf(cause) : await refusalOf(socket);
  if (refusal === "EACCES" || refusal === "EPERM") return noRights(socket ?? "");
  return environmentError({
    code: "NO_ENGINE",
    what: "no container engine answers",
    expected: "Docker, Podman or Colima, at DOCKER_HOST or at one of the usual sockets",
    got: told === undefined ? `${socket}: ${refusal}` : `DOCKER_HOST=${told}: ${refusal}`,
    remedy: `start the engine (systemctl start docker; Docker Desktop; colima start), ${withoutOne}`,
    cause,
  });
}

export function engineTooOld(found: { Version: string; ApiVersion: string; oldestApi: string }): FloeError {
  return environmentError({
    code: "ENGINE_TOO_OLD",
    what: `the container engine ${found.Version} is too old`,
    expected: `API ${found.oldestApi} or later (Docker 20.10)`,
    got: `API ${found.ApiVersion}`,
    remedy: `update the engine, ${withoutOne}`,
  });
}

function noRights(socket: string): FloeError {
  return environmentError({
    code: "ENGINE_FORBIDDEN",
    what: `this user may not talk to the container engine at ${socket}`,
    expected: "read and write access to the socket",
    got: "permission denied",
    remedy: `add the user to the socket's group (sudo usermod -aG docker $USER, then log in again), ${withoutOne}`,
  });
}

function socketOf(dockerHost: string): string | undefined {
  return /^unix:\/\/(.+)$/.exec(dockerHost)?.[1];
}

async function refusalOf(socket: string): Promise<string> {
  const connection = connect(socket);
  try {
    await once(connection, "connect");
    return "it is connected to, and does not answer as an engine does";
  } catch (error) {
    return systemCode(error) ?? messageOf(error);
  } finally {
    connection.destroy();
  }
}
