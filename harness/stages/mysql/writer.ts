import { wallNowMs } from "#core/clock.ts";
import { FloeError, invariant, messageOf } from "#core/errors.ts";
import type { Transaction } from "#core/source.ts";
import { type Answer, type BoundStatement, type ConnectOptions, connectMysql, type MysqlClient } from "./client.ts";
import { binlogStatusStatement } from "./progress.ts";
import { sqlText } from "./sql-text.ts";

export interface WriterOptions extends ConnectOptions {
  /**
   * How a commit is known: by the GTID that MySQL gives it, by one that the writer chooses beforehand (so that a commit
   * whose answer got lost can be settled), or by the binlog's file and position where GTID is off.
   */
  readonly identity: CommitIdentity;
}

export type CommitIdentity =
  | { readonly kind: "given-gtid" }
  /** `sourceId`: a UUID that no other writer uses on this server, ever. */
  | { readonly kind: "chosen-gtid"; readonly sourceId: string }
  | { readonly kind: "file-position" };

/** What became of a transaction. */
export type Outcome =
  | { readonly status: "ok"; readonly ackedAtMs: number; readonly affectedRows: number; readonly commit: Commit }
  /** It certainly took no effect. */
  | { readonly status: "fail"; readonly reason: string }
  /** It may have taken effect: `settle` finds out, where the GTID is known. */
  | { readonly status: "info"; readonly gtid?: string; readonly reason: string };

/** A commit's place in the binlog. `position` is where the binlog stood just after it, at the earliest. */
export type Commit = { readonly gtid: string } | { readonly file: string; readonly position: bigint };

/** Commits transactions one after another on a connection of its own, and connects again after one that was cut. */
export interface Writer extends AsyncDisposable {
  /** One round trip. Never throws for what MySQL or the network does: that is the outcome. */
  transact(transaction: Transaction): Promise<Outcome>;
}

export function openWriter(options: WriterOptions): Writer {
  let client: MysqlClient | undefined;
  let nextNumber = 1;

  async function transact(transaction: Transaction): Promise<Outcome> {
    try {
      client ??= await connect(options);
    } catch (error) {
      return { status: "fail", reason: messageOf(error) };
    }
    const gtid = options.identity.kind === "chosen-gtid" ? `${options.identity.sourceId}:${nextNumber}` : undefined;
    const attempt = { client, transaction, identity: options.identity, gtid, leave };
    const outcome = await (transaction.rollback === true ? rolledBack(attempt) : committed(attempt));
    if (outcome.status !== "fail") nextNumber++;
    if (outcome.status === "info") client = undefined;
    return outcome;
  }

  async function leave(): Promise<void> {
    const left = client;
    client = undefined;
    await left?.[Symbol.asyncDispose]();
  }

  return { transact, [Symbol.asyncDispose]: leave };
}

/**
 * How long a transaction waits for a row, or a table, that another has locked; then it takes no effect. Well below `withinMs`,
 * and below the ten seconds for which a snapshot waits to lock the server, behind all that waits already.
 */
const lockWithinSeconds = 5;

async function connect(options: WriterOptions): Promise<MysqlClient> {
  const client = await connectMysql(options);
  // A writer can wait for an ALTER's table while the ALTER waits for a row of the writer's, or of one that waits for the
  // writer's: InnoDB sees only the rows and MySQL only the tables, so that neither finds the deadlock.
  await client.execute(
    `SET SESSION innodb_lock_wait_timeout = ${lockWithinSeconds}, SESSION lock_wait_timeout = ${lockWithinSeconds}`,
  );
  if (options.identity.kind === "given-gtid") await client.execute("SET SESSION session_track_gtids = OWN_GTID");
  return client;
}

interface Attempt {
  readonly client: MysqlClient;
  readonly transaction: Transaction;
  readonly identity: CommitIdentity;
  /** The chosen one. */
  readonly gtid: string | undefined;
  /** Ends the session; the next transaction gets another. */
  readonly leave: () => Promise<void>;
}

async function committed(attempt: Attempt): Promise<Outcome> {
  const { client, transaction, identity, gtid } = attempt;
  const before = gtid === undefined ? [] : [{ sql: `SET gtid_next = ${sqlText(gtid)}` }];
  const after = gtid === undefined ? [] : [{ sql: "SET gtid_next = 'AUTOMATIC'" }];
  const where = identity.kind === "file-position" ? [{ sql: binlogStatusStatement(client.serverVersion) }] : [];
  try {
    const answers = await client.script([...before, begin, ...transaction.statements, commit, ...after, ...where]);
    return acknowledged({ ...attempt, answers, commitAt: before.length + 1 + transaction.statements.length });
  } catch (error) {
    return await notAcknowledged(attempt, error);
  }
}

const begin: BoundStatement = { sql: "BEGIN" };
const commit: BoundStatement = { sql: "COMMIT" };

function acknowledged({
  gtid,
  identity,
  answers,
  commitAt,
}: Attempt & { answers: readonly Answer[]; commitAt: number }) {
  const ackedAtMs = wallNowMs();
  const affectedRows = answers.slice(0, commitAt).reduce((sum, answer) => sum + answer.affectedRows, 0);
  const given = gtid ?? answers[commitAt]?.gtids[0];
  if (identity.kind !== "file-position") {
    invariant(given !== undefined, "a commit of a transaction that changed something has a GTID");
    return { status: "ok", ackedAtMs, affectedRows, commit: { gtid: given } } as const;
  }
  const { File: file = null, Position: position = null } = answers.at(-1)?.rows[0] ?? {};
  invariant(file !== null && position !== null, "the binlog is on");
  return { status: "ok", ackedAtMs, affectedRows, commit: { file, position: BigInt(position) } } as const;
}

async function notAcknowledged({ client, gtid, leave }: Attempt, error: unknown): Promise<Outcome> {
  const reason = messageOf(error);
  if (!(error instanceof FloeError && error.code === "MYSQL_REJECTED")) {
    client.cut();
    return { status: "info", reason, ...(gtid === undefined ? {} : { gtid }) };
  }
  // MySQL said no, so nothing was committed. The session must forget the transaction and its number, and end: variables
  // that the statements before had set, and those after were to set back, are as they were left.
  const lost = await forget(client, gtid);
  await leave();
  return { status: "fail", reason: lost ?? reason };
}

/** A transaction that is to be rolled back has no GTID, neither given nor chosen. */
async function rolledBack({ client, transaction, leave }: Attempt): Promise<Outcome> {
  try {
    await client.script([begin, ...transaction.statements]);
    return { status: "fail", reason: (await forget(client, undefined)) ?? "rolled back, as it was meant to be" };
  } catch (error) {
    const lost = await forget(client, undefined);
    await leave();
    return { status: "fail", reason: lost ?? messageOf(error) };
  }
}

/** Gives an own reason when the connection ends meanwhile; MySQL rolls back then, too. */
async function forget(client: MysqlClient, gtid: string | undefined): Promise<string | undefined> {
  try {
    await client.script([{ sql: "ROLLBACK" }, ...(gtid === undefined ? [] : [{ sql: "SET gtid_next = 'AUTOMATIC'" }])]);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
