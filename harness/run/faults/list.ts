/** What `floe faults` tells of a fault. */
export interface FaultText {
  readonly what: string;
  /** How it is healed; empty where nothing is. */
  readonly heals: string;
  /** What a run must have seen of it, or it proves nothing. */
  readonly mark: string;
}

/** Every fault by the name that scenarios call it by. */
export const faultTexts: Readonly<Record<string, FaultText>> = {
  kill: { what: "SIGKILL a server", heals: "starts it again", mark: "the server was gone" },
  stop: { what: "SIGTERM a server", heals: "starts it again", mark: "the server was gone" },
  restart: { what: "SIGTERM a server and start it again", heals: "starts it again", mark: "the server was gone" },
  rollingRestart: {
    what: "SIGTERM servers and start them again, one after the other",
    heals: "starts each again",
    mark: "each of them was gone",
  },
  pause: { what: "SIGSTOP a server", heals: "SIGCONT", mark: "the server stood still" },
  limitHeap: {
    what: "start a JVM again with so small a heap that it runs out of it",
    heals: "gives it its memory back, and starts it again",
    mark: "its own OutOfMemoryError",
  },
  cut: { what: "break a link", heals: "lets it through", mark: "connections broken or refused" },
  delay: { what: "delay all on a link", heals: "lets it through", mark: "bytes delayed" },
  jitter: { what: "delay each piece on a link otherwise", heals: "lets it through", mark: "bytes delayed" },
  bandwidth: { what: "let so many bytes a second through a link", heals: "lets it through", mark: "bytes held back" },
  blackHole: { what: "swallow all on a link", heals: "lets it through", mark: "bytes swallowed" },
  halfOpen: { what: "swallow one direction of a link", heals: "lets it through", mark: "bytes swallowed" },
  resetAfter: { what: "reset connections after so many bytes", heals: "lets it through", mark: "connections reset" },
  http: {
    what: "answer, drop, delay or cut requests to the catalog, the store or Connect",
    heals: "takes the rule away",
    mark: "requests struck",
  },
  kafka: {
    what: "answer requests to a broker with one of Kafka's errors",
    heals: "takes the rule away",
    mark: "requests struck",
  },
  hold: {
    what: "stop a request at the proxy, strike, let it go",
    heals: "heals what struck",
    mark: "the request stood, and what struck left its own mark",
  },
  rewindSource: {
    what: "move the source's stored offset back",
    heals: "resumes the connector",
    mark: "the offset before and after",
  },
  rewindSinkGroups: {
    what: "move the sink's consumer groups to the start",
    heals: "resumes the connector",
    mark: "the groups' offsets",
  },
  sequence: { what: "several faults, one after the other", heals: "each of them", mark: "all of their marks" },
  whileRunning: {
    what: "strike with other faults while one stands",
    heals: "it, right after; the others each in its way",
    mark: "its own, and each of theirs",
  },
  repeat: { what: "one fault again and again", heals: "it, each time", mark: "all of its marks" },
  "mysql.rotateBinlogs": { what: "begin a new binlog file", heals: "", mark: "the file's name" },
  "mysql.purgeBinlogs": {
    what: "begin a new binlog file and purge all others",
    heals: "",
    mark: "the oldest file's name",
  },
  "mysql.expireBinlogs": {
    what: "binlog_expire_logs_seconds=1, and a new binlog file",
    heals: "sets it back",
    mark: "the oldest file's name",
  },
  "mysql.resetBinlogsAndGtids": {
    what: "RESET BINARY LOGS AND GTIDS",
    heals: "",
    mark: "the GTIDs from before are gone",
  },
  "mysql.killConnections": { what: "KILL the connections of a user", heals: "", mark: "the ids that died" },
  "mysql.errantTransaction": { what: "a transaction of another server's", heals: "", mark: "its GTID is executed" },
  "mysql.gtidGap": { what: "a GTID far ahead", heals: "", mark: "the number is executed" },
  "mysql.rowImage": { what: "statements with another binlog_row_image", heals: "", mark: "their GTIDs" },
  "mysql.clock": {
    what: "statements of a session whose clock is off",
    heals: "",
    mark: "by how much, and their GTIDs",
  },
  "mysql.behindTheBinlog": { what: "statements with sql_log_bin=0", heals: "", mark: "rows or definitions changed" },
  "mysql.sql": { what: "any statements, in the binlog", heals: "", mark: "the GTIDs of their commits" },
  "mysql.bigTransaction": { what: "so many rows in one transaction", heals: "", mark: "rows and GTID" },
  "mysql.bigRow": { what: "one value of so many bytes", heals: "", mark: "rows and GTID" },
  "mysql.longTransaction": {
    what: "a transaction that is open for so long",
    heals: "commits it",
    mark: "the commit's GTID",
  },
  "mysql.lockTables": { what: "LOCK TABLES … READ for so long", heals: "unlocks", mark: "sessions that waited" },
  "mysql.truncate": { what: "TRUNCATE a table", heals: "", mark: "rows gone" },
  "mysql.timeZone": {
    what: "another time zone of the server",
    heals: "sets it back",
    mark: "the zone before and after",
  },
  "mysql.revoke": {
    what: "take rights from the source's user: RELOAD",
    heals: "grants them again",
    mark: "what SHOW GRANTS says",
  },
  "mysql.delayReplica": {
    what: "have the replica execute transactions seconds after their commit",
    heals: "sets the delay back",
    mark: "transactions that the replica had not executed",
  },
  "mysql.promoteReplica": {
    what: "kill the primary, have the replica take its place and its address",
    heals: "",
    mark: "what was committed at the promoted server, and what it had never received",
  },
  "mysql.takeDump": {
    what: "copy the schema, with its GTIDs, for a restore",
    heals: "",
    mark: "the GTIDs that it has",
  },
  "mysql.restoreDump": {
    what: "set schema, rows and GTIDs back to the dump",
    heals: "",
    mark: "operations that the server has no more",
  },
  "connect.restart": {
    what: "restart a connector with its tasks",
    heals: "",
    mark: "other connections at MySQL, other members of the group, or its failure",
  },
  "connect.pause": { what: "pause a connector for so long", heals: "resumes it", mark: "its state" },
  "connect.whileStopped": {
    what: "stop a connector, strike with other faults, resume it",
    heals: "resumes it",
    mark: "its state, and each fault's own",
  },
  "connect.changeConfig": { what: "change a connector's configuration", heals: "", mark: "what Connect has of it now" },
  "connect.deleteAndRecreate": {
    what: "delete a connector and make it again",
    heals: "",
    mark: "it was gone from the list",
  },
  "connect.twin": { what: "a second connector like it", heals: "deletes it", mark: "its connections" },
  "debezium.snapshot": {
    what: "ask the source for a snapshot of tables by a signal: incremental, or blocking",
    heals: "",
    mark: "the source's notification that it is complete",
  },
  "topics.empty": { what: "delete all records of a topic", heals: "", mark: "where the topic begins now" },
  "topics.expire": {
    what: "let a topic's retention run out, until the broker has deleted what it holds",
    heals: "sets it back",
    mark: "where the topic began and begins",
  },
  "topics.remove": { what: "delete a topic", heals: "", mark: "the broker has deleted it" },
  "topics.addPartitions": { what: "give a topic more partitions", heals: "", mark: "how many it had and has" },
  "topics.configure": {
    what: "change settings of a topic: retention.ms, max.message.bytes",
    heals: "sets them back",
    mark: "what the broker says they were and are",
  },
  "groups.stranger": {
    what: "a member that nobody asked for joins a group of the sink",
    heals: "it leaves",
    mark: "the group's members or state changed",
  },
  "lake.write": { what: "another writer's SQL on a table of the lake", heals: "", mark: "the statements ran" },
  "lake.changeSchema": { what: "ALTER TABLE from the lake's side", heals: "", mark: "the columns before and after" },
  "lake.rollBackTable": { what: "roll a table back by one snapshot", heals: "", mark: "both snapshots" },
  "lake.expireAllButCurrent": {
    what: "expire all snapshots but the current one",
    heals: "",
    mark: "how many were expired",
  },
  "lake.makeTableAgain": {
    what: "drop a table and make it again with its rows",
    heals: "",
    mark: "how many rows it had",
  },
  "lake.commitBurst": {
    what: "commit to a table as often as told",
    heals: "stops",
    mark: "commits made, commits refused",
  },
  "lake.compactMeanwhile": {
    what: "rewrite a table's files, and commit that only after the sink's next commit",
    heals: "",
    mark: "whether its commit was refused, and the snapshot that came meanwhile",
  },
};
