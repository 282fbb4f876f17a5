import { unreachable } from "#core/errors.ts";
import type { AnomalyClass, Hop } from "#core/verdict.ts";
import { livesOf, type Planted } from "./garden.ts";
import { type CheckName, checkNames, type Group, inOrder } from "./judging.ts";
import { isAlive, type LakeRow, sameRow, type TopicRecord, type World } from "./world.ts";

/** One thing that a check must find. */
interface Finding {
  readonly check: CheckName;
  readonly class: AnomalyClass;
  readonly hop: Hop;
  readonly key: string;
  readonly surplus: number;
}

/** What each check must find of what was planted into an exact history, and nothing beside it. */
export function mustFind(exact: World, planted: readonly Planted[]): Readonly<Record<CheckName, readonly Group[]>> {
  const truth = { exact, lives: livesOf(exact), ...tableWide(planted) };
  const findings = planted.flatMap((plant) => follows(truth, plant));
  const ofCheck = (name: CheckName) => grouped(findings.filter(({ check }) => check === name));
  return Object.fromEntries(checkNames.map((name) => [name, ofCheck(name)])) as Record<CheckName, readonly Group[]>;
}

interface Truth {
  readonly exact: World;
  readonly lives: ReturnType<typeof livesOf>;
  /** Where a row of the table went that the topic has and the lake has not. */
  readonly lakeHop: Hop;
  /** Whether the source's offset went back: then any copy may come from that. */
  readonly rewound: boolean;
}

/** A table that has lost a file, or that somebody else has written to, is the place to look at for any row that it lacks. */
function tableWide(planted: readonly Planted[]): Pick<Truth, "lakeHop" | "rewound"> {
  const fileGone = planted.some(({ what }) => what === "file gone");
  const written = planted.some(
    (plant) =>
      (plant.what === "foreign row" && plant.row.place === undefined) || (plant.what === "altered" && !plant.inOwnFile),
  );
  return {
    lakeHop: fileGone ? "sink->object-store" : written ? "object-store->catalog" : "kafka->sink",
    rewound: planted.some((plant) => plant.what === "sent again" && plant.why === "source went back"),
  };
}

function follows(truth: Truth, plant: Planted): Finding[] {
  switch (plant.what) {
    case "not in the topic":
      return notInTopic(truth, plant);
    case "sent again":
      return sentAgain(truth, plant);
    case "foreign record":
      return foreignRecord(truth, plant.record);
    case "not in the lake": {
      const moved = plant.why === "group moved";
      const hop = moved ? "kafka->sink" : truth.lakeHop;
      return [
        ...notInLake(truth, plant.records, hop),
        ...(moved ? [offset("offset-ahead-of-data", "kafka->sink")] : []),
      ];
    }
    case "file gone": {
      const surplus = plant.records.length;
      const gone = { check: "files", class: "lost", hop: "sink->object-store", key: plant.path, surplus } as const;
      return [...notInLake(truth, plant.records, "sink->object-store"), gone];
    }
    case "twice in the lake":
      return [
        ...plant.records.map((record) => inLog(record, "duplicate", "kafka->sink")),
        ...(plant.why === "group went back" ? [offset("offset-went-back", "kafka->sink")] : []),
      ];
    case "file named twice": {
      const named = { class: "double-registered-file", hop: "object-store->catalog" } as const;
      const rows = plant.records.map((record) => inLog(record, named.class, named.hop));
      return [...rows, { check: "files", ...named, key: plant.path, surplus: 1 }];
    }
    case "altered": {
      const hop = plant.inOwnFile ? "kafka->sink" : "object-store->catalog";
      const isLast = lifeOf(truth, plant.record).at(-1) === plant.record && isAlive(plant.record);
      const changed = inLog(plant.record, "value-changed", hop);
      return isLast ? [changed, { ...changed, check: "currentState" }] : [changed];
    }
    case "foreign row":
      return foreignRow(truth, plant.row);
    case "behind the binlog": {
      const seen = truth.lives.get(plant.id)?.at(-1);
      const mysql = plant.row === undefined ? undefined : ({ op: "c", row: plant.row } as const);
      return inState(plant.id, { mysql, lake: seen, older: "value-changed", hop: "mysql->debezium" });
    }
    default:
      return unreachable(plant);
  }
}

/** Each of them is lost, but for the snapshot's, which only the current state misses; so is what the last of a key said. */
function notInTopic({ lives }: Truth, { records, why }: Extract<Planted, { what: "not in the topic" }>): Finding[] {
  const hop = why === "lost" ? "debezium->kafka" : "mysql->debezium";
  const operations = records.filter(({ op }) => op !== "r").map((record) => inLog(record, "lost", hop));
  const hopOf = (record: TopicRecord | undefined) => (record?.op === "r" ? "mysql->debezium" : hop);
  const offsets = why === "source moved" ? [offset("offset-ahead-of-data", "mysql->debezium")] : [];
  return [...operations, ...withoutThem(lives, records, hopOf), ...offsets];
}

function notInLake({ lives }: Truth, records: readonly TopicRecord[], hop: Hop): Finding[] {
  return [...records.map((record) => inLog(record, "lost", hop)), ...withoutThem(lives, records, () => hop)];
}

/** The current state of keys that lack some of their records. */
function withoutThem(
  lives: Truth["lives"],
  gone: readonly TopicRecord[],
  hopOf: (last: TopicRecord | undefined) => Hop,
): Finding[] {
  return [...Map.groupBy(gone, ({ row: [id] }) => id).keys()].flatMap((id) => {
    const life = lives.get(id) ?? [];
    const left = life.filter((record) => !gone.includes(record));
    const last = life.at(-1);
    return inState(id, { mysql: last, lake: left.at(-1), older: "stale", hop: hopOf(last) });
  });
}

/** A copy at the topic's end is what a reader takes for the newest. */
function sentAgain(truth: Truth, { records, why }: Extract<Planted, { what: "sent again" }>): Finding[] {
  const group = ({ row: [id], op, transaction }: TopicRecord) =>
    `${id} ${op} ${truth.exact.positionMode === "gtid" ? transaction : ""}`;
  const copies = [...Map.groupBy(records, group).values()].flatMap((same) => {
    const [record] = same;
    if (record === undefined) return [];
    const hop = truth.rewound || record.op === "r" ? "mysql->debezium" : "debezium->kafka";
    return [{ ...inLog(record, "duplicate", hop), surplus: same.length }];
  });
  if (why === "source went back") return [...copies, offset("offset-went-back", "mysql->debezium")];
  const stale = records.flatMap((record): Finding[] => {
    const mysql = lifeOf(truth, record).at(-1);
    const found = inState(record.row[0], { mysql, lake: record, older: "reordered", hop: "debezium->kafka" });
    return found.map((finding) => (finding.class === "lost" ? { ...finding, class: "reordered" } : finding));
  });
  return [...copies, ...stale];
}

function foreignRecord(truth: Truth, record: TopicRecord): Finding[] {
  const phantom = inLog(record, "phantom", "debezium->kafka");
  const [id] = record.row;
  const mysql = lifeOf(truth, record).at(-1);
  return [
    phantom,
    ...orPhantom(truth, id, inState(id, { mysql, lake: record, older: "value-changed", hop: phantom.hop })),
  ];
}

function foreignRow(truth: Truth, { op, row, place }: LakeRow): Finding[] {
  const hop = place === undefined ? "object-store->catalog" : "kafka->sink";
  const [id] = row;
  const mysql = truth.lives.get(id)?.at(-1);
  const phantom = { check: "changelog", class: "phantom", hop, key: `id=${id}`, surplus: 1 } as const;
  return [phantom, ...orPhantom(truth, id, inState(id, { mysql, lake: { op, row }, older: "value-changed", hop }))];
}

/** What MySQL never had cannot be resurrected. */
function orPhantom({ lives }: Truth, id: number, findings: Finding[]): Finding[] {
  return lives.has(id) ? findings : findings.map((finding) => ({ ...finding, class: "phantom" }));
}

interface Sides {
  readonly mysql: Pick<TopicRecord, "op" | "row"> | undefined;
  readonly lake: Pick<TopicRecord, "op" | "row"> | undefined;
  /** What it is when both have the row, with other values. */
  readonly older: AnomalyClass;
  readonly hop: Hop;
}

/** What a reader of the lake sees of a row, beside what MySQL has. */
function inState(id: number, { mysql, lake, older, hop }: Sides): Finding[] {
  const there = mysql !== undefined && isAlive(mysql);
  const seen = lake !== undefined && isAlive(lake);
  const found = (name: AnomalyClass): Finding[] => [
    { check: "currentState", class: name, hop, key: `id=${id}`, surplus: 1 },
  ];
  if (there && !seen) return found("lost");
  if (!there && seen) return found("resurrected");
  return there && seen && !sameRow(mysql.row, lake.row) ? found(older) : [];
}

function lifeOf({ lives }: Truth, { row: [id] }: TopicRecord): readonly TopicRecord[] {
  return lives.get(id) ?? [];
}

function inLog({ row: [id] }: TopicRecord, name: AnomalyClass, hop: Hop): Finding {
  return { check: "changelog", class: name, hop, key: `id=${id}`, surplus: 1 };
}

function offset(name: AnomalyClass, hop: Hop): Finding {
  return { check: "positions", class: name, hop, key: "", surplus: 1 };
}

/** As the checks tell it: how many in all, and the first five keys. */
function grouped(findings: readonly Finding[]): readonly Group[] {
  const groups = Map.groupBy(findings, (finding) => `${finding.class} ${finding.hop}`);
  return inOrder(
    [...groups.values()].flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const count = same.reduce((sum, { surplus }) => sum + surplus, 0);
      const keys = same.map(({ key }) => key).toSorted(byCodeUnit);
      return [{ class: first.class, hop: first.hop, count, keys: keys.slice(0, 5) }];
    }),
  );
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
