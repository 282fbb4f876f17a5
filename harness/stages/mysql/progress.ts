import { invariant } from "#core/errors.ts";
import { compareVersions } from "#core/versions.ts";
import type { MysqlClient } from "./client.ts";

/** Where MySQL is: what it has committed, and where its binlog ends. */
export interface MysqlProgress {
  /** The executed GTID set in one line; empty where GTID is off. */
  readonly gtidExecuted: string;
  readonly file: string;
  readonly position: bigint;
}

export async function mysqlProgress(client: MysqlClient): Promise<MysqlProgress> {
  const [status] = await client.query(binlogStatusStatement(client.serverVersion));
  invariant(status !== undefined, "the binlog is on");
  return {
    gtidExecuted: (status["Executed_Gtid_Set"] ?? "").replaceAll("\n", ""),
    file: status["File"] ?? "",
    position: BigInt(status["Position"] ?? "0"),
  };
}

/** Which server answers: another one may have taken its address. */
export async function serverUuid(client: MysqlClient): Promise<string> {
  const [row] = await client.query("SELECT @@server_uuid AS uuid");
  return row?.["uuid"] ?? "";
}

/** A binlog file that can still be read. */
export interface BinlogFile {
  readonly file: string;
  readonly bytes: bigint;
}

export async function binlogFiles(client: MysqlClient): Promise<readonly BinlogFile[]> {
  const rows = await client.query("SHOW BINARY LOGS");
  return rows.map((row) => ({ file: row["Log_name"] ?? "", bytes: BigInt(row["File_size"] ?? "0") }));
}

/** The first file that can still be read. */
export async function oldestBinlog(client: MysqlClient): Promise<string> {
  return (await binlogFiles(client))[0]?.file ?? "no binlog";
}

/** Whether everything in one GTID set is also in another. */
export async function gtidSubset(client: MysqlClient, { part, whole }: { part: string; whole: string }) {
  const [row] = await client.query("SELECT GTID_SUBSET(?, ?) AS subset", [part, whole]);
  return row?.["subset"] === "1";
}

/** SHOW MASTER STATUS went with 8.4; its successor came with 8.2. */
export function binlogStatusStatement(serverVersion: string): string {
  return knowsBinaryLogs(serverVersion) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
}

/** Deletes all binlogs and forgets all GTIDs. */
export function resetStatement(serverVersion: string): string {
  return knowsBinaryLogs(serverVersion) ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER";
}

function knowsBinaryLogs(serverVersion: string): boolean {
  const [number = "0"] = /^\d+(\.\d+)*/.exec(serverVersion) ?? [];
  return compareVersions(number, "8.2") >= 0;
}

/** Which of two places in the binlog comes first: below 0, it is the left one. Files are numbered in their order. */
export function comparePlaces(left: BinlogPlace, right: BinlogPlace): number {
  const number = (file: string) => Number(/\d+$/.exec(file)?.[0] ?? 0);
  return number(left.file) - number(right.file) || left.pos - right.pos;
}

interface BinlogPlace {
  readonly file: string;
  readonly pos: number;
}
