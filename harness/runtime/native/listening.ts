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
export function listenerOf({ group, port, sockets = listeningSockets() }: Listening): Listener {
  if (sockets === undefined) return "unknown";
  const inodes = new Set(sockets.filter((socket) => socket.port === port).map(({ inode }) => inode));
  if (inodes.size === 0) return "nobody";
  const strange = without(inodes, socketsOf(group));
  if (strange.size === 0) return "own";
  // Rarely: a server's child listens, or (SO_REUSEPORT) two programs listen and requests go to one or the other.
  const ours = new Set(groupMembers(group).flatMap((pid) => [...socketsOf(pid)]));
  return without(strange, ours).size === 0 ? "own" : "foreign";
}

export interface Listening {
  readonly group: number;
  readonly port: number;
  /** A look at the machine's sockets, for several questions: the kernel takes ten milliseconds for each. */
  readonly sockets?: readonly ListeningSocket[] | undefined;
}

/** A process that can tell whether another has one of its ports. */
export function withOwnPorts(process: ServerProcess, ports: Readonly<Record<string, number>>): ServerBody {
  return {
    ...process,
    stolenPort: () => {
      const sockets = listeningSockets();
      const stolen = Object.entries(ports).find(
        ([, port]) => listenerOf({ group: process.pid, port, sockets }) === "foreign",
      );
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

interface ListeningSocket {
  readonly port: number;
  readonly inode: string;
}

/** In /proc/net/tcp*: number, local address, remote address, state (0A: listening), …, inode as the tenth column. */
function listeningSockets(): ListeningSocket[] | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(readText).filter((table) => table !== undefined);
  if (tables.length === 0) return undefined;
  const lines = tables.flatMap((table) => table.split("\n")).filter((line) => line.includes(" 0A "));
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const [host = "", port = ""] = local.split(":");
    const listens = state === "0A" && loopbackAddresses.has(host) && inode !== undefined;
    return listens ? [{ port: Number.parseInt(port, 16), inode }] : [];
  });
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
