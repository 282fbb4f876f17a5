import { join } from "node:path";
import { type Address, hostPort } from "#core/addresses.ts";
import { stopwatch } from "#core/clock.ts";
import { freshSecret } from "#core/random.ts";
import { Scope } from "#core/scope.ts";
import { run } from "#process/run.ts";
import { openLinks } from "#runtime/links.ts";
import { connectKafka } from "#stages/kafka/client.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import { connectObjectStore } from "#stages/object-store/client.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";
import { openTestRuntime } from "../test/contract/one-server.ts";
import { machine, median, spread } from "./running.ts";

// What a proxy costs that only reads along: the real object store and a real broker, through it and straight, in turns.
// node bench/proxies.ts [rounds]
const rounds = Number(process.argv[2] ?? 5);
const bytes = new Uint8Array(40 * 1024 * 1024).fill(7);
const records = 100_000;

await using here = await openTestRuntime();
await using scope = new Scope("bench");
const links = openLinks({
  scope,
  proxied: new Set(["harness->object-store", "sink->kafka"] as const),
  runtime: here.runtime,
});
console.log(machine());
await objectStore();
await broker();

async function objectStore(): Promise<void> {
  const keys = { accessKey: freshSecret(), secretKey: freshSecret() };
  const server = await here.start(objectStoreServer({ kind: "s3proxy", bucket: "lake", ...keys }));
  const straight = server.address("s3");
  const through = await links.link("harness->object-store", straight);
  await compare("40 MB put and got again", "MB/s", async (proxied) => {
    using client = connectObjectStore({ address: proxied ? through : straight, bucket: "lake", ...keys });
    const elapsedMs = stopwatch();
    await client.put("warehouse/a/b/data/x.parquet", bytes);
    await client.get("warehouse/a/b/data/x.parquet");
    return (2 * 40 * 1_000) / elapsedMs();
  });
}

async function broker(): Promise<void> {
  const own = (port: string): Address => placed.address(port);
  const [spec] = kafkaServers({
    brokers: 1,
    profile: "fast",
    peers: (_broker, port) => own(port),
    links: (_broker, link) => (link === "sink->kafka" ? through : own(kafkaPort(link))),
  });
  if (spec === undefined) return;
  const placed = await here.runtime.place(spec);
  const through = await links.link("sink->kafka", { server: placed, port: kafkaPort("sink->kafka") });
  await placed.start();
  await using client = await connectKafka({ bootstrap: [own(kafkaPort("harness->kafka"))] });
  await client.createTopics([{ name: "bench", partitions: 1, replicas: 1 }]);
  const straight = own(kafkaPort("worker->kafka"));
  await compare(`${records} records of 1 kB produced`, "records/s", async (proxied) => {
    const { stdout } = await run({
      command: join(here.parts.java.home, "bin", "java"),
      args: `-cp ${here.parts.classpaths.kafka.join(":")} org.apache.kafka.tools.ProducerPerformance
        --topic bench --num-records ${records} --record-size 1000 --throughput -1 --command-property
        bootstrap.servers=${hostPort(proxied ? through : straight)} batch.size=262144 linger.ms=20 acks=all`.split(
        /\s+/,
      ),
      what: "produce",
      withinMs: 120_000,
      remedy: "see its output",
    });
    return Number(/, ([\d.]+) records\/sec/.exec(stdout.trim().split("\n").at(-1) ?? "")?.[1]);
  });
}

async function compare(what: string, unit: string, measure: (proxied: boolean) => Promise<number>): Promise<void> {
  const straight: number[] = [];
  const through: number[] = [];
  await measure(false);
  let busyMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    straight.push(await measure(false));
    const before = process.cpuUsage();
    through.push(await measure(true));
    const { user, system } = process.cpuUsage(before);
    busyMs += (user + system) / 1_000;
  }
  const ratio = (median(through) / median(straight)).toFixed(2);
  console.log(
    `${what}, ${unit}: straight ${spread(straight)}, through the proxy ${spread(through)}; ratio ${ratio}, ${Math.round(busyMs / rounds)} ms of this process's CPU each time`,
  );
}
