import type { Positions } from "#offsets/positions.ts";

export const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
export const set = (numbers: string) => `${uuid}:${numbers}`;

type Known = {
  readonly [Name in keyof Positions]: Positions[Name] extends infer P
    ? P extends { value: infer V }
      ? V
      : never
    : never;
};

/** A pipeline of one table that has sent everything, as literal positions; each part may be given otherwise. */
export function literal(parts: { readonly [Name in keyof Known]?: Partial<Known[Name]> } = {}): Positions {
  return {
    readMs: 1_000,
    mysql: {
      value: {
        gtidExecuted: set("1-100"),
        gtidPurged: "",
        files: ["b.000001", "b.000002"],
        end: 5_000,
        ...parts.mysql,
      },
    },
    source: {
      value: {
        connector: { name: "src", state: "STOPPED" },
        server: "p",
        offset: { file: "b.000002", pos: 5_000, gtids: set("1-100"), server_id: 1 },
        ...parts.source,
      },
    },
    schemaHistory: {
      value: {
        topic: "p.history",
        begin: 0,
        end: 9,
        first: { gtids: set("1-10"), file: "b.000001", pos: 400 },
        ...parts.schemaHistory,
      },
    },
    sink: {
      value: {
        connector: { name: "snk", state: "STOPPED" },
        dataGroup: "connect-snk",
        coordinatorGroup: "connect-snk-coord",
        dataMembers: 0,
        coordinatorMembers: 0,
        data: [{ topic: "p.shop.orders", partition: 0, begin: 0, end: 90, read: 90, waiting: 0 }],
        ...parts.sink,
      },
    },
    control: { value: { topic: "control", begin: 0, end: 50, read: 50, pending: [], ...parts.control } },
    tables: {
      value: [{ table: "shop.orders", snapshotId: "7", floor: 48, rows: 90, validThrough: null }],
    },
  };
}
