import { environmentError, messageOf } from "#core/errors.ts";
import type { Engine } from "./engine.ts";

/** A stack's own network. Its servers have fixed addresses in it: one that is down is unreachable, not unknown. */
export interface StackNetwork {
  readonly name: string;
  /** Another address at each call. */
  nextAddress(): string;
}

export interface NetworkOptions {
  readonly engine: Engine;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Makes the network twice: an engine lets addresses be chosen only in a range that it was told, and it alone knows
 * which are free. Somebody else may take the range in between, so there are several tries.
 */
export async function createNetwork({ engine, name, labels }: NetworkOptions): Promise<StackNetwork> {
  const options = { Name: name, Labels: { ...labels }, CheckDuplicate: true, Driver: "bridge" };
  const refusals: string[] = [];
  for (let attempt = 1; attempt <= 5; attempt++) {
    const first = await engine.docker.createNetwork(options);
    const range = rangeOf(await first.inspect());
    await first.remove();
    if (range === undefined) break;
    try {
      await engine.docker.createNetwork({ ...options, IPAM: { Driver: "default", Config: [{ ...range }] } });
      return { name, nextAddress: addressesIn(range) };
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw environmentError({
    code: "NO_NETWORK",
    what: `the container engine gives the network ${name} no range of addresses`,
    got: refusals.at(-1) ?? "a network without IPv4",
    remedy: "remove networks that nobody uses: docker network prune",
  });
}

interface Range {
  readonly Subnet: string;
  readonly Gateway: string;
}

function rangeOf({
  IPAM,
}: {
  IPAM?: { Config?: { Subnet?: string | undefined; Gateway?: string | undefined }[] | undefined } | undefined;
}): Range | undefined {
  const config = IPAM?.Config?.find(({ Subnet = "" }) => Subnet.includes("."));
  const { Subnet, Gateway } = config ?? {};
  return Subnet === undefined || Gateway === undefined ? undefined : { Subnet, Gateway };
}

/** The range's addresses in order, from the tenth on: some engines keep the first ones for themselves. */
export function addressesIn({ Subnet }: Range): () => string {
  const [base = ""] = Subnet.split("/");
  let next = base.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) + 10;
  return () => {
    const address = [24, 16, 8, 0].map((shift) => (next >>> shift) & 255).join(".");
    next++;
    return address;
  };
}
