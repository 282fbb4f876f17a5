import type { Aim, SinkAim } from "./aim.ts";
import type { TopicCount } from "./count.ts";
import type { Plan } from "./plan-file.ts";
import { connectorOf, type Positions } from "./positions.ts";

/** The positions that stay where they are, and why. */
export function stays(aim: Aim): Plan["stays"] {
  const coordinator = {
    position: "the coordinator's group on the control topic",
    because:
      aim.end === "source"
        ? "it has to go on with what the tasks announce"
        : "set back as well, it would take in again what was announced since, wherever the table was rolled back",
  };
  const history = {
    position: "the schema history",
    because: "the source reads it up to its offset at each start, and passes over what is later",
  };
  if (aim.end === "source") {
    const because = "records that are sent again are new ones to the sink; set back as well, it would write both";
    return [{ position: "the sink's data group", because }, coordinator, history];
  }
  const because = "the topics still have what the sink is to read again";
  const others = aim.snapshot === undefined ? [] : [othersStay(aim)];
  return [{ position: "the source's offset", because }, ...others, coordinator];
}

function othersStay({ snapshot }: SinkAim) {
  return {
    position: "the data group on the topics of other tables",
    because: `the snapshot is one of ${snapshot?.table ?? "one table"}: the others would get copies`,
  };
}

/** What else somebody who is about to apply it should know. */
export function notes(positions: Positions, aim: Aim, counts: readonly TopicCount[]): string[] {
  const { state } = connectorOf(positions, aim.end);
  const running =
    state === null || state === "STOPPED"
      ? []
      : [
          `the ${aim.end} is ${state}: apply takes this plan only while nothing has moved on; plan --stop makes one that holds`,
        ];
  const trimmed = counts.filter(({ incomplete }) => incomplete);
  return [
    ...running,
    ...(trimmed.length === 0
      ? []
      : [`at least: ${trimmed.map(({ topic }) => topic).join(", ")} no longer reach back to the target`]),
    ...(aim.end === "sink" && aim.snapshot !== undefined && aim.snapshot.laterRows > 0
      ? [rollBackFirst(aim.snapshot)]
      : []),
    ...unfloored(positions, aim),
  ];
}

function rollBackFirst({ id, table, laterRows }: NonNullable<SinkAim["snapshot"]>): string {
  return `roll ${table} back to ${id} while the sink is stopped, and plan again: then its ${laterRows} later rows come once`;
}

/** A table whose snapshots have passed the control topic's end takes nothing in until the topic has grown past them. */
function unfloored(positions: Positions, { end }: Aim): string[] {
  if (end === "source" || !("value" in positions.tables) || !("value" in positions.control)) return [];
  const control = positions.control.value;
  return positions.tables.value
    .filter(({ floor }) => floor !== null && floor > control.end)
    .map(
      ({ table, floor }) =>
        `${table} takes in nothing below offset ${floor} of ${control.topic}, which ends at ${control.end}: what is read again is lost to it`,
    );
}
