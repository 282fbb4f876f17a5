// A harness with containers, in a process of its own, for tests that kill one. Its argument: what to do, as JSON.
import { z } from "zod";
import { pause } from "#core/deadline.ts";
import { openDockerRuntime } from "#runtime/docker/runtime.ts";
import { dockerOptions, storeSpec } from "./docker-stack.ts";

const order = z
  .object({
    stackId: z.string(),
    folder: z.string(),
    stateDir: z.string(),
    servers: z.array(z.string()),
    ending: z.enum(["wait", "keep"]),
    keptIdleMs: z.number().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));
const { servers, ending, keptIdleMs, ...own } = order;

console.log("begun");
const runtime = await openDockerRuntime(dockerOptions({ ...own, ...(keptIdleMs === undefined ? {} : { keptIdleMs }) }));
console.log("opened");
const placed = await Promise.all(servers.map((name) => runtime.place(storeSpec(name))));
await Promise.all(placed.map((server) => server.start()));
console.log("all ready");
if (ending === "wait") await pause(600_000);
await runtime.keep({ password: "hunter2" });
await runtime[Symbol.asyncDispose]();
console.log("leaving");
process.exit();
