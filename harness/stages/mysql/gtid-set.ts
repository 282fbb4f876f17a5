import { usageError } from "#core/errors.ts";

/** Transactions by their source (`uuid`, `uuid:tag`): numbers from the first to the last, both included, in their order. */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;
type Interval = readonly [first: number, last: number];

/** Reads `uuid:1-5:7,uuid:tag:1-3`, with or without line ends. The empty text is the empty set. */
export function parseGtidSet(text: string): GtidSet {
  const found = new Map<string, Interval[]>();
  for (const part of text.split(",").map((each) => each.trim().toLowerCase())) {
    if (part === "") continue;
    const [uuid = "", ...rest] = part.split(":");
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) || rest.length === 0) throw notAGtidSet(text, part);
    let source = uuid;
    for (const word of rest) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
      if (first !== undefined) {
        if (Number(first) < 1 || Number(last) < Number(first)) throw notAGtidSet(text, word);
        found.set(source, [...(found.get(source) ?? []), [Number(first), Number(last)]]);
      } else if (/^[a-z_][a-z0-9_]{0,31}$/.test(word)) source = `${uuid}:${word}`;
      else throw notAGtidSet(text, word);
    }
  }
  return new Map([...found].map(([source, intervals]) => [source, joined(intervals)]));
}

export function gtidSetText(set: GtidSet): string {
  return [...set]
    .filter(([, intervals]) => intervals.length > 0)
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([source, intervals]) => [source, ...intervals.map(intervalText)].join(":"))
    .join(",");
}

export function hasGtid(set: GtidSet, gtid: string): boolean {
  const at = gtid.lastIndexOf(":");
  const number = Number(gtid.slice(at + 1));
  const intervals = set.get(gtid.slice(0, at).toLowerCase()) ?? [];
  return intervals.some(([first, last]) => first <= number && number <= last);
}

/** What is in `from` and not in `taken`. */
export function subtractGtids(from: GtidSet, taken: GtidSet): GtidSet {
  const left = [...from].map(([source, intervals]): [string, Interval[]] => {
    const holes = taken.get(source) ?? [];
    return [source, holes.reduce((rest, hole) => rest.flatMap((each) => without(each, hole)), [...intervals])];
  });
  return new Map(left.filter(([, intervals]) => intervals.length > 0));
}

export function uniteGtids(left: GtidSet, right: GtidSet): GtidSet {
  const sources = new Set([...left.keys(), ...right.keys()]);
  return new Map(
    [...sources].map((source) => [source, joined([...(left.get(source) ?? []), ...(right.get(source) ?? [])])]),
  );
}

export function countGtids(set: GtidSet): number {
  return [...set.values()].flat().reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function without([first, last]: Interval, [from, to]: Interval): Interval[] {
  if (to < first || from > last) return [[first, last]];
  const before: Interval[] = from > first ? [[first, from - 1]] : [];
  return to < last ? [...before, [to + 1, last]] : before;
}

function joined(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const [first, last] of intervals.toSorted(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1)
      merged[merged.length - 1] = [before[0], Math.max(before[1], last)];
    else merged.push([first, last]);
  }
  return merged;
}

function intervalText([first, last]: Interval): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function notAGtidSet(text: string, part: string): Error {
  return usageError({
    code: "GTID_SET",
    what: `this is no GTID set: ${text}`,
    expected: "uuid:1-5:7, or several with commas between them",
    got: part || "nothing",
    remedy: "copy it from SELECT @@GLOBAL.gtid_executed, or from `floe offsets show`",
  });
}
