import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { machine, spread } from "./running.ts";

// kill -9 of the harness at 20 moments of the default scenario: how long until no server process is left? With
// `--runtime docker`, at 10 moments: until no container, network or volume is left?
const onDocker = process.argv.includes("docker");
const moments = onDocker ? 10 : 20;
const limitMs = onDocker ? 20_000 : 5_000;
const engine = onDocker ? await (await import("#runtime/docker/engine.ts")).connectEngine() : undefined;
const volumesBefore = await volumes();
const state = mkdtempSync(join(tmpdir(), "floe-kills-"));
const stacks = new Set<string>();
const leftMs: number[] = [];
console.log(machine());
for (let number = 0; number < moments; number++) {
  const afterMs = 300 + number * (onDocker ? 1_800 : 600);
  const harness = spawn(
    "./floe",
    ["scenario", "--runtime", onDocker ? "docker" : "native", "--runs", join(state, "runs")],
    {
      stdio: "ignore",
      env: { ...process.env, FLOE_STATE: state },
    },
  );
  await pause(afterMs);
  const servers = (await left()).length;
  harness.kill("SIGKILL");
  await once(harness, "exit");
  const elapsed = stopwatch();
  while ((await left()).length > 0 && elapsed() < 2 * limitMs) await pause(25);
  leftMs.push(elapsed());
  console.log(
    `killed after ${afterMs} ms with ${servers} ${onDocker ? "containers, networks and volumes" : "processes"}: ${(await left()).length} left after ${Math.round(elapsed())} ms`,
  );
}
console.log(`until nothing was left: ${spread(leftMs, 0)} ms`);
process.exit(Math.max(...leftMs) < limitMs ? 0 : 1);

async function left(): Promise<string[]> {
  return engine === undefined ? marked() : held();
}

/** What the engine holds that was recorded below this bench's folder; and volumes that were not there before. */
async function held(): Promise<string[]> {
  const filters = { label: ["floe.stack"] };
  const containers = (await engine?.docker.listContainers({ all: true, filters })) ?? [];
  const networks = (await engine?.docker.listNetworks({ filters })) ?? [];
  const ours = [...containers, ...networks].filter(({ Labels }) => Labels?.["floe.record"]?.startsWith(state) === true);
  const fresh = (await volumes()).filter((name) => !volumesBefore.includes(name));
  return [...ours.map(({ Id }) => Id), ...fresh];
}

async function volumes(): Promise<string[]> {
  const { Volumes } = (await engine?.docker.listVolumes()) ?? { Volumes: [] };
  return Volumes.map(({ Name }) => Name);
}

/** Processes that carry the mark of one of this bench's stacks in their environment. */
function marked(): string[] {
  const folder = join(state, "stacks");
  for (const id of existsSync(folder) ? readdirSync(folder) : []) stacks.add(id);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => [...stacks].some((id) => readEnvironment(pid).includes(`FLOE_STACK=${id}`)));
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "environ"), "utf8");
  } catch {
    return "";
  }
}
