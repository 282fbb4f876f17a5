import type { Block } from "../document.ts";
import { blockOf, type Shaping, topicBlock } from "./blocks.ts";
import { kubernetesBlock } from "./kubernetes.ts";
import { at, entry, type MapTree, type Tree, textAt } from "./tree.ts";

/** The blocks of JSON or YAML, in every shape that connectors and topics are kept in. */
export function blocksOf(tree: Tree, shaping: Shaping): Block[] {
  if (tree.type === "list") return tree.items.flatMap((item) => blocksOf(item, shaping));
  if (tree.type === "scalar") return [];
  if (textAt(tree, "kind") !== undefined && entry(tree, "apiVersion") !== undefined)
    return kubernetesBlock(tree, shaping);
  return ofMap(tree, shaping);
}

function ofMap(tree: MapTree, shaping: Shaping): Block[] {
  const config = at(tree, "config");
  if (config?.type === "map" && entry(tree, "connector.class") === undefined) return [named(tree, config, shaping)];
  const msk = at(tree, "ConnectorConfiguration") ?? at(tree, "connectorConfiguration");
  if (msk?.type === "map") {
    const name = textAt(tree, "ConnectorName") ?? textAt(tree, "connectorName");
    return [blockOf({ entries: msk.entries, tree, shaping, name, platform: "msk" })];
  }
  const topics = at(tree, "topics");
  if (topics !== undefined && topics.type !== "scalar") return topicsOf(topics, shaping);
  if (textAt(tree, "Type")?.startsWith("AWS::RDS::") === true) return parameterGroup(tree, shaping);
  const nested = tree.entries.map(({ value }) => value).filter(({ type }) => type !== "scalar");
  const settings = tree.entries.some(({ key, value }) => value.type === "scalar" && /\.|^topics$/.test(key));
  // CloudFormation, `connectors: […]`, a map of connectors by name: the settings lie deeper.
  if (nested.length > 0 && !settings) return nested.flatMap((part) => blocksOf(part, shaping));
  return [blockOf({ entries: tree.entries, tree, shaping, name: textAt(tree, "name") })];
}

function named(tree: MapTree, config: MapTree, shaping: Shaping): Block {
  const name = textAt(tree, "name");
  const beside = tree.entries.filter(({ key }) => !["name", "config", "initial_state", "tasks", "type"].includes(key));
  const told =
    name === undefined
      ? "config without a name"
      : beside[0] === undefined
        ? undefined
        : `${beside[0].key} stands beside config, not in it`;
  if (told !== undefined) {
    const where = shaping.place((beside[0]?.keySpan ?? tree.span).start);
    shaping.problems.push({ rule: "rest-body-shape", file: shaping.file, at: where, key: beside[0]?.key, told });
  }
  return blockOf({ entries: config.entries, tree: config, shaping, name });
}

function topicsOf(topics: Tree, shaping: Shaping): Block[] {
  const each =
    topics.type === "list"
      ? topics.items.map((tree) => ({ tree, name: textAt(tree, "name") ?? textAt(tree, "topic") }))
      : topics.type === "map"
        ? topics.entries.map(({ key, value }) => ({ tree: value, name: key }))
        : [];
  return each.flatMap(({ tree, name }) => (tree.type === "map" ? [topicBlock({ tree, name, shaping })] : []));
}

function parameterGroup(tree: MapTree, shaping: Shaping): Block[] {
  const parameters = at(tree, "Properties", "Parameters");
  if (parameters?.type !== "map") return [];
  return [blockOf({ entries: parameters.entries, tree, shaping, shape: "mysql-server", platform: "rds" })];
}
