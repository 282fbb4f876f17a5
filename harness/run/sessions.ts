import { openCaptured } from "#pipeline";
import type { ConnectClient } from "#stages/connect/client.ts";
import { runningConnectors } from "#stages/connect/progress.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import type { FaultContext } from "./context.ts";

/** One of a pipeline's two connectors. */
export type End = "source" | "sink";

type Where = Pick<FaultContext, "stack" | "clients" | "pipeline">;

/** A connector with the cluster that it runs in. */
export function endOf({ clients, pipeline }: Where, end: End): { connect: ConnectClient; name: string } {
  const { sourceConnector, sinkConnector } = pipeline.spec.names;
  return { connect: clients.connect[end], name: end === "source" ? sourceConnector : sinkConnector };
}

/** What a connector's tasks are known by at the server that they read from: connections at MySQL, members of the sink's group. */
export async function sessions({ stack, clients, pipeline }: Where, end: End): Promise<ReadonlySet<string>> {
  if (end === "sink") {
    const { members } = await clients.kafka.describeGroup(pipeline.spec.names.sinkGroup);
    return new Set(members.map(({ memberId }) => memberId));
  }
  await using mysql = await openCaptured(stack);
  const readers = await mysql.query(
    "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ? AND COMMAND LIKE 'Binlog Dump%'",
    [mysqlUsers.debezium],
  );
  return new Set(readers.flatMap(({ id = null }) => (id === null ? [] : [id])));
}

/**
 * Whether a connector is said to run and does not read yet: its worker has come back from a fault and has yet to start its
 * tasks, or they have yet to get as far. Connect tells their last known state until then. Of sources that share a server it
 * is not known whose connections are whose: there have to be as many as sources that run.
 */
export async function isYetToRead(where: Where, end: End): Promise<boolean> {
  const { connect, name } = endOf(where, end);
  const running = await runningConnectors(
    connect,
    (other) => other === name || (end === "source" && other.endsWith("-source")),
  );
  return running.includes(name) && (await sessions(where, end)).size < running.length;
}
