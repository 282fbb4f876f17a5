import { describe, expect, test } from "vitest";
import type { Place } from "#runtime/port.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";

const ports = ["controller", "broker", "worker", "debezium", "sink", "harness"];
const place: Place = {
  bindHost: "127.0.0.1",
  port: (name) => 9_000 + ports.indexOf(name),
  dataDir: "/data",
  file: (name) => `/files/${name}`,
};

function settingsOf(brokers: 1 | 3, at = 0): Map<string, string> {
  const specs = kafkaServers({
    brokers,
    profile: "fast",
    peers: (broker, port) => ({ host: `b${broker}`, port: port === "controller" ? 1 : 2 }),
    links: (broker, link) => ({ host: `proxy-of-${kafkaPort(link)}`, port: broker }),
  });
  const text = specs[at]?.launch(place).files?.["server.properties"] ?? "";
  const pairs = text.split("\n").filter((line) => line !== "");
  return new Map(
    pairs.map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

describe("a broker", () => {
  test("listens for each link on a port of its own and advertises the link's address there", () => {
    const settings = settingsOf(1);
    expect(settings.get("listeners")).toContain("DEBEZIUM://127.0.0.1:9003");
    expect(settings.get("advertised.listeners")?.split(",")).toEqual([
      "BROKER://b1:2",
      "WORKER://proxy-of-worker:1",
      "DEBEZIUM://proxy-of-debezium:1",
      "SINK://proxy-of-sink:1",
      "HARNESS://proxy-of-harness:1",
    ]);
  });

  test("talks to its peers past every link, so that a cut link is cut for its client alone", () => {
    expect(settingsOf(3, 1).get("inter.broker.listener.name")).toBe("BROKER");
    expect(settingsOf(3, 1).get("controller.quorum.voters")).toBe("1@b1:1,2@b2:1,3@b3:1");
    expect(settingsOf(3, 1).get("node.id")).toBe("2");
  });

  test("keeps one replica of the internal topics where it is alone, and upstream's three where it is not", () => {
    expect(settingsOf(1).get("offsets.topic.replication.factor")).toBe("1");
    expect(settingsOf(3).has("offsets.topic.replication.factor")).toBe(false);
  });

  test("makes no topic that nobody asked for", () => {
    expect(settingsOf(1).get("auto.create.topics.enable")).toBe("false");
  });
});
