import { basename } from "node:path";
import type { Found } from "#lint/rule.ts";
import type { View } from "#lint/view.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import type { Worker } from "./connect.ts";
import { tell } from "./tell.ts";

/** A connector that the worker has already. */
interface Other {
  readonly label: string;
  readonly name: string;
  readonly config: Configuration;
}

export interface Others {
  /** Those that are none of the files: names, topics and ids of theirs are taken. */
  readonly connectors: readonly Other[];
  /** By name, those that the files would change. */
  readonly same: ReadonlyMap<View, Other>;
  /** How many on the worker read a MySQL binlog, the files' own among them. */
  readonly readers: number;
}

/** The connectors of the worker, set against those of the files. */
export async function othersOn({ connect, where }: Worker, views: readonly View[]): Promise<Others> {
  const configs = await connect.configs();
  const all = [...configs].map(([name, config]) => ({ name, label: `${where}/connectors/${name}`, config }));
  const same = new Map(
    views.flatMap((view) => {
      const found = all.find((other) => isSame(view, other));
      return found === undefined ? [] : [[view, found] as const];
    }),
  );
  const taken = new Set([...same.values()].map(({ name }) => name));
  const readers = all.filter(({ config }) => config["connector.class"]?.endsWith("MySqlConnector")).length;
  return { connectors: all.filter(({ name }) => !taken.has(name)), same, readers };
}

/** By its name, by the file's, or by being the same in every setting. */
function isSame(view: View, { name, config }: Other): boolean {
  const own = view.document.name ?? view.text("name");
  if (own !== undefined) return own === name;
  if (basename(view.document.file).replace(/\.\w+$/, "") === name) return true;
  const set = Object.entries(config).filter(([key]) => key !== "name");
  return set.length === view.settings.length && set.every(([key, value]) => view.get(key)?.value === value);
}

/** What a comparison of two files tells (`dbz-topic-prefix-renamed`) shows here as well: the older one is running. */
export function renamedPrefix(view: View, { same }: Others): Found[] {
  const key = "topic.prefix";
  const [now, was] = [view.text(key), same.get(view)?.config[key]];
  if (now === undefined || was === undefined || now === was) return [];
  const told = `${key}=${now}, and the connector of this name runs with ${was}`;
  return tell({ rule: "dbz-topic-prefix-renamed", view, key, told });
}
