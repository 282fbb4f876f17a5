import { repeat, sequence, whileRunning } from "./faults/compose.ts";
import { connectFaults } from "./faults/connect.ts";
import { snapshotBySignal } from "./faults/debezium.ts";
import { hold } from "./faults/hold.ts";
import {
  changeSchema,
  commitBurst,
  expireAllButCurrent,
  makeTableAgain,
  rollBackTable,
  writeLake,
} from "./faults/lake.ts";
import { compactMeanwhile } from "./faults/lake-compaction.ts";
import { bandwidth, blackHole, cut, delay, halfOpen, jitter, resetAfter } from "./faults/links.ts";
import { limitHeap } from "./faults/memory.ts";
import { mysqlFaults } from "./faults/mysql.ts";
import { rewindSinkGroups, rewindSource } from "./faults/offsets.ts";
import { http, kafka } from "./faults/requests.ts";
import { kill, pause, restart, rollingRestart, stop } from "./faults/servers.ts";
import {
  addPartitions,
  configureTopic,
  deleteTopic,
  emptyTopic,
  expireTopic,
  strangerInGroup,
} from "./faults/topics.ts";

/** What can be broken on purpose, each at a moment of its own (moments.ts). `floe faults` lists them (faults/list.ts). */
export const faults = {
  kill,
  stop,
  restart,
  rollingRestart,
  pause,
  limitHeap,
  cut,
  delay,
  jitter,
  bandwidth,
  blackHole,
  halfOpen,
  resetAfter,
  http,
  kafka,
  hold,
  rewindSource,
  rewindSinkGroups,
  sequence,
  whileRunning,
  repeat,
  mysql: mysqlFaults,
  connect: connectFaults,
  debezium: { snapshot: snapshotBySignal },
  topics: { empty: emptyTopic, expire: expireTopic, remove: deleteTopic, addPartitions, configure: configureTopic },
  groups: { stranger: strangerInGroup },
  lake: {
    write: writeLake,
    changeSchema,
    rollBackTable,
    expireAllButCurrent,
    makeTableAgain,
    commitBurst,
    compactMeanwhile,
  },
} as const;
