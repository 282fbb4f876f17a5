import type { MysqlClient } from "#stages/mysql/client.ts";

export interface SessionWork {
  /** What the session is set to beforehand. */
  readonly prelude?: readonly string[];
  readonly statements: readonly string[];
  /** False where nothing may get into the binlog. */
  readonly logged?: boolean;
}

/** Runs statements in a session of its own. The mark: GTIDs of their commits, or what they changed where there are none. */
export async function inSession(
  mysql: MysqlClient,
  { prelude = [], statements, logged = true }: SessionWork,
): Promise<{ proof: string | undefined }> {
  for (const setting of ["SET SESSION session_track_gtids = OWN_GTID", ...prelude]) await mysql.execute(setting);
  const gtids: string[] = [];
  let rows = 0;
  for (const statement of statements) {
    const answer = await mysql.execute(statement);
    gtids.push(...answer.gtids);
    rows += answer.affectedRows;
  }
  const schema = statements.filter((statement) => /^\s*(alter|create|drop|rename|truncate)\b/i.test(statement)).length;
  const changed = rows + schema > 0 ? `${rows} rows and ${schema} definitions changed` : undefined;
  if (logged) return { proof: gtids.length > 0 ? `committed as ${gtids.join(", ")}` : changed };
  return { proof: gtids.length > 0 ? undefined : changed };
}

/** The first statement, for a label. */
export function excerpt([first = "nothing", ...more]: readonly string[]): string {
  const line = first.replaceAll(/\s+/g, " ").trim();
  const short = line.length > 60 ? `${line.slice(0, 60)} …` : line;
  return more.length === 0 ? short : `${short}; and ${more.length} more`;
}
