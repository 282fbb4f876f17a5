import { FloeError } from "#core/errors.ts";
import { countGtids, gtidSetText, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { type DataPartition, inSnapshot, type Part, type Positions, partitionName } from "./positions.ts";
import { placeText, refuseSource, sourceOffset } from "./refuse-source.ts";

/** What a hop does when its connector reads on. */
export interface NextStep {
  readonly hop: string;
  readonly text: string;
  /** It can't, or it would leave something out for good. */
  readonly broken: boolean;
}

const fine = (hop: string, text: string): NextStep => ({ hop, text, broken: false });
const broken = (hop: string, text: string): NextStep => ({ hop, text, broken: true });

/** What each hop does next, from where the positions are. */
export function nextSteps(positions: Positions): NextStep[] {
  return [sourceStep(positions), ...dataSteps(positions), commitStep(positions), ...tableSteps(positions)];
}

function sourceStep(positions: Positions): NextStep {
  const hop = "mysql->debezium";
  const { source, mysql, schemaHistory } = positions;
  if ("unknown" in source) return unknownStep(hop, source);
  if (source.value.offset === null)
    return fine(hop, "would take its initial snapshot, as snapshot.mode says: it has stored no offset");
  if (inSnapshot(source.value))
    return fine(hop, "would take its initial snapshot again from the start: rows that are sent come twice");
  if ("unknown" in mysql) return unknownStep(hop, mysql);
  if ("unknown" in schemaHistory) return unknownStep(hop, schemaHistory);
  try {
    const place = sourceOffset(positions);
    refuseSource(positions, { end: "source", place });
    const from = `would read on from ${placeText(place)}`;
    if (place.gtids === null)
      return fine(hop, `${from}; the binlog ends at ${mysql.value.files.at(-1)}:${mysql.value.end}`);
    const left = subtractGtids(parseGtidSet(mysql.value.gtidExecuted), parseGtidSet(place.gtids));
    const count = countGtids(left);
    return fine(
      hop,
      count === 0
        ? `${from}: nothing is to come`
        : `${from}: ${count} transactions, ${gtidSetText(left)}${partly(source)}`,
    );
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return broken(hop, `cannot: ${error.message} (${error.code})`);
  }
}

/** Debezium stores a transaction as done only with the next one: until then it counts the events that it has sent. */
function partly({ value }: Extract<Positions["source"], { value: unknown }>): string {
  const sent = value.offset?.["event"];
  return typeof sent === "number" && sent > 0 ? `; of the first, ${sent} events are sent already` : "";
}

function dataSteps({ sink }: Positions): NextStep[] {
  const hop = "kafka->sink";
  if ("unknown" in sink) return [unknownStep(hop, sink)];
  const { data, connector } = sink.value;
  const wrong = data.flatMap((each) => dataFault(hop, each));
  const waiting = data.map((each) => each.waiting);
  const count = waiting.reduce((sum: number, each) => sum + (each ?? 0), 0);
  const text = waiting.includes(null) ? `would read over ${count + 1_000} records` : `would read ${count} records`;
  const none = count === 0 && !waiting.includes(null);
  const stopped =
    connector.state === "STOPPED" || connector.state === "PAUSED" ? `, once it is resumed (${connector.state})` : "";
  return [...wrong, fine(hop, none ? `has read everything` : `${text}${stopped}`)];
}

function dataFault(hop: string, each: DataPartition): NextStep[] {
  const name = partitionName(each);
  if (each.read !== null && each.read < each.begin)
    return [
      broken(
        hop,
        `cannot read ${name} on from ${each.read}: it begins at ${each.begin}, ${each.begin - each.read} offsets are gone`,
      ),
    ];
  if (each.read !== null && each.read > each.end)
    return [
      broken(
        hop,
        `cannot read ${name} on from ${each.read}: it ends at ${each.end}, as a topic made again does; the reset policy decides`,
      ),
    ];
  return [];
}

function commitStep({ control }: Positions): NextStep {
  const hop = "sink->control topic";
  if ("unknown" in control) return unknownStep(hop, control);
  const { topic, begin, end, read, pending } = control.value;
  if (read !== null && read < begin)
    return broken(
      hop,
      `${begin - read} offsets of ${topic} are gone unread: files announced there are in no table, and won't be`,
    );
  if (read !== null && read > end)
    return broken(hop, `the coordinator is at ${read} of ${topic}, which ends at ${end}: it was made again`);
  if (read === null && end > 0)
    return broken(
      hop,
      `the coordinator has committed nothing: where it begins is iceberg.kafka.auto.offset.reset's, and latest passes over what is announced`,
    );
  if (pending.length === 0) return fine(hop, "no announced file waits for its commit");
  const files = pending.map((each) => `${each.files} files, ${each.rows} rows of ${each.table}`);
  return fine(hop, `would take in what is announced: ${files.join("; ")}`);
}

/** Events below a table's own offset are passed over: a control topic that was made again is, until it has grown past it. */
function tableSteps({ tables, control }: Positions): NextStep[] {
  const hop = "control topic->tables";
  if ("unknown" in tables) return [unknownStep(hop, tables)];
  if ("unknown" in control) return [];
  const { topic, end } = control.value;
  return tables.value
    .filter(({ floor }) => floor !== null && floor > end)
    .map(({ table, floor }) =>
      broken(hop, `${table} would leave out every file until ${topic} has grown from ${end} to ${floor}`),
    );
}

function unknownStep(hop: string, part: Extract<Part<unknown>, { unknown: string }>): NextStep {
  return fine(hop, `unknown: ${part.unknown}`);
}
