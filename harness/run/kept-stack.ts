import type { Address } from "#core/addresses.ts";
import { environmentError } from "#core/errors.ts";
import type { StackRecord } from "#runtime/record.ts";
import { listStacks } from "#runtime/stacks.ts";
import { type StackSecrets, stackSecrets } from "../stack.ts";

/** The newest kept stack that is well and has such a server. */
export async function newestKept(stateDir: string, { with: server }: { with: string }): Promise<StackRecord> {
  const kept = (await listStacks({ stateDir })).filter(
    ({ condition, record }) => condition === "kept" && record.servers.some(({ name }) => name === server),
  );
  const newest = kept.toSorted((left, right) => right.record.stackId.localeCompare(left.record.stackId))[0];
  if (newest !== undefined) return newest.record;
  throw environmentError({
    code: "NO_STACK",
    what: `no stack with a server ${server} is kept`,
    remedy: "./floe up, or ./floe scenario --keep",
  });
}

export function secretsOf({ details }: StackRecord): StackSecrets {
  return stackSecrets.parse(JSON.parse(details["secrets"] ?? "{}"));
}

/** Where a server of a kept stack listens; port 0 where it has no such server. */
export function addressOf({ servers }: StackRecord, name: string, port: string): Address {
  const found = servers.find((server) => server.name === name);
  return { host: found?.hosts.outer ?? "", port: found?.ports[port] ?? 0 };
}
