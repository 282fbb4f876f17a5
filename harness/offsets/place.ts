import type { Address } from "#core/addresses.ts";
import { hostPort } from "#core/addresses.ts";
import { type FloeError, usageError } from "#core/errors.ts";
import type { ConnectOptions } from "#stages/mysql/client.ts";

/** Where a pipeline's parts are reached, and by which names. What isn't given is unknown, and never guessed. */
export interface Place {
  readonly kafka: readonly Address[];
  /** The Connect clusters of both ends; undefined where there is no REST interface (MSK Connect). */
  readonly connect: { readonly source: Address; readonly sink: Address } | undefined;
  readonly sourceConnector: string | undefined;
  readonly sinkConnector: string | undefined;
  readonly mysql: ConnectOptions | undefined;
  /** An Iceberg REST catalog. */
  readonly catalog: Address | undefined;
  /** What the connectors' configurations say where there is a REST interface to read them by. */
  readonly offsetsTopic: string | undefined;
  readonly schemaHistoryTopic: string | undefined;
}

/** `http://host:port`, `host:port`. */
export function addressIn(option: string, text: string, defaultPort?: number): Address {
  const [, host, port = defaultPort] = /^(?:[a-z]+:\/\/)?([^/:@\s]+)(?::(\d+))?\/?$/.exec(text.trim()) ?? [];
  if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  throw usageError({
    code: "ADDRESS",
    what: `${option} is no address`,
    expected: "host:port",
    got: text,
    remedy: `give ${option} HOST:PORT`,
  });
}

/** `mysql://user:password@host:port`; the password is decoded as URLs encode it. */
export function mysqlLoginIn(text: string): ConnectOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "mysql:" && url.hostname !== "" && url.username !== "") {
    return {
      address: { host: url.hostname, port: Number(url.port || 3306) },
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  }
  throw usageError({
    code: "ADDRESS",
    what: "--mysql is no address of a MySQL server",
    expected: "mysql://user:password@host:port",
    remedy: "give it so; special characters of the password as %40",
  });
}

/** Which pipeline a plan was made for: the same names at the same Kafka. */
export function identityOf({ kafka, sourceConnector, sinkConnector }: Place): string {
  return `${sourceConnector ?? "no source"} -> ${kafka.map(hostPort).join(",")} -> ${sinkConnector ?? "no sink"}`;
}

export function notGiven(what: string, option: string): FloeError {
  return usageError({ code: "PART_NOT_GIVEN", what: `${what} was not given`, remedy: `give ${option}` });
}
