import type { Block } from "../document.ts";
import { blockOf, type Shaping, topicBlock } from "./blocks.ts";
import { at, type Entry, entry, type MapTree, textAt } from "./tree.ts";

/** Strimzi's resources: the settings in `spec`, and those that Strimzi writes itself from fields of its own. */
export function kubernetesBlock(tree: MapTree, shaping: Shaping): Block[] {
  const kind = textAt(tree, "kind");
  const name = textAt(tree, "metadata", "name");
  const spec = at(tree, "spec");
  if (spec?.type !== "map") return [];
  const common = { tree, shaping, name, platform: "strimzi" } as const;
  if (kind === "KafkaConnector")
    return [
      blockOf({
        ...common,
        entries: [...renamed(spec, { class: "connector.class", tasksMax: "tasks.max" }), ...config(spec)],
      }),
    ];
  if (kind === "KafkaConnect")
    return [
      blockOf({
        ...common,
        entries: [...renamed(spec, { bootstrapServers: "bootstrap.servers", groupId: "group.id" }), ...config(spec)],
        shape: "connect-worker",
      }),
    ];
  if (kind === "KafkaTopic") {
    return [topicBlock({ tree: spec, name: textAt(spec, "topicName") ?? name, shaping })];
  }
  const kafka = at(spec, "kafka");
  if (kind === "Kafka" && kafka?.type === "map") {
    const brokers = Number(textAt(kafka, "replicas"));
    return [
      blockOf({
        ...common,
        entries: config(kafka),
        shape: "broker",
        ...(brokers > 0 ? { brokers } : {}),
      }),
    ];
  }
  return kind === "KafkaMirrorMaker2" ? mirrorMaker(spec, shaping, name) : [];
}

function config(map: MapTree): readonly Entry[] {
  const found = at(map, "config");
  return found?.type === "map" ? found.entries : [];
}

function renamed(map: MapTree, names: Readonly<Record<string, string>>): Entry[] {
  return Object.entries(names).flatMap(([from, key]) => {
    const found = entry(map, from);
    return found === undefined ? [] : [{ ...found, key }];
  });
}

function mirrorMaker(spec: MapTree, shaping: Shaping, name: string | undefined): Block[] {
  const mirrors = at(spec, "mirrors");
  const clusters = at(spec, "clusters");
  const parts = [mirrors, clusters].flatMap((list) => (list?.type === "list" ? list.items : []));
  const entries = parts.flatMap((part) =>
    part.type === "map"
      ? [...config(part), ...part.entries.flatMap(({ value }) => (value.type === "map" ? config(value) : []))]
      : [],
  );
  return [blockOf({ entries, tree: spec, shaping, name, shape: "mirror-maker", platform: "strimzi" })];
}
