import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ServerProcess } from "#process/server.ts";
import { groupOf } from "../processes.ts";
import type { ServerBody } from "../server.ts";

/** Who listens on a port: the server's own process group, another process, nobody (or it can't be told). */
export type Listener = "own" | "foreign" | "nobody" | "unknown";

/**
 * Whether a server's port is really the server's. Without this a server whose port was taken by another stack's would
 * look ready, because the other one answers. Costs a look at /proc, so it is asked once a start, not at each poll.
 */
export function listenerOf({ group, port }: { group: number; port: number }): Listener {
  const inodes = listeningInodes(port);
  if (inodes === undefined) return "unknown";
  if (inodes.size === 0) return "nobody";
  const strange = without(inodes, socketsOf(group));
  if (strange.size === 0) return "own";
  // Rarely: a server's child listens, or (SO_REUSEPORT) two programs listen and requests go to one or the other.
  const ours = new Set(groupMembers(group).flatMap((pid) => [...socketsOf(pid)]));
  return without(strange, ours).size === 0 ? "own" : "foreign";
}

/** A process that can tell whether another has one of its ports. */
export function withOwnPorts(process: ServerProcess, ports: Readonly<Record<string, number>>): ServerBody {
  const isForeign = ([, port]: [string, number]) => listenerOf({ group: process.pid, port }) === "foreign";
  return {
    ...process,
    stolenPort: () => {
      const stolen = Object.entries(ports).find(isForeign);
      return stolen && `another process listens on port ${stolen[1]} (${stolen[0]})`;
    },
  };
}

function without(inodes: ReadonlySet<string>, known: ReadonlySet<string>): Set<string> {
  return new Set([...inodes].filter((inode) => !known.has(inode)));
}

/** 127.0.0.1 and all addresses, in both families, as /proc writes them. */
const loopbackAddresses = new Set([
  "0100007F",
  "00000000",
  "0".repeat(32),
  "0000000000000000FFFF00000100007F",
  "0000000000000000FFFF000000000000",
]);

/** In /proc/net/tcp*: number, local address, remote address, state (0A: listening), …, inode as the tenth column. */
function listeningInodes(port: number): Set<string> | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(readText);
  if (tables.every((table) => table === undefined)) return undefined;
  const rows = tables.flatMap((table) => (table ?? "").split("\n").map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows.flatMap(([, local = "", , state, , , , , , inode]) => {
      const [host = "", at] = local.split(":");
      return state === "0A" && at === hexPort && loopbackAddresses.has(host) && inode !== undefined ? [inode] : [];
    }),
  );
}

function groupMembers(group: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && groupOf(pid) === group);
}

function socketsOf(pid: number): Set<string> {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`));
    return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  } catch {
    return new Set();
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
