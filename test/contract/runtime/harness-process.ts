// A harness in a process of its own, for tests that kill one. Its argument: what to do, as JSON. Says each step.
import { z } from "zod";
import { pause } from "#core/deadline.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import { tinyOptions, tinySpec } from "./tiny-stack.ts";

const order = z
  .object({
    base: z.string(),
    stackId: z.string(),
    servers: z.array(z.string()),
    ending: z.enum(["wait", "keep", "exit"]),
    keptIdleMs: z.number().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

console.log("begun");
const idle = order.keptIdleMs === undefined ? {} : { keptIdleMs: order.keptIdleMs };
const runtime = await openNativeRuntime(tinyOptions(order.base, { stackId: order.stackId, ...idle }));
console.log("opened");
const placed = await Promise.all(order.servers.map((name) => runtime.place(tinySpec({ name, special: "parent" }))));
await Promise.all(
  placed.map(async (server) => {
    await server.start();
    console.log(`ready ${server.spec.name}`);
  }),
);
console.log("all ready");
if (order.ending === "wait") await pause(600_000);
if (order.ending === "keep") await runtime.keep({ password: "hunter2" });
// `exit` ends without disposing anything: as bad as a crash.
if (order.ending === "keep") await runtime[Symbol.asyncDispose]();
console.log("leaving");
