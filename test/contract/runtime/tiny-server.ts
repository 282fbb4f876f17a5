// A server small enough to start in 50 ms: what the runtime's tests run in place of a real one.
// Arguments: its port, its data folder, and what is special about it.
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [port = "0", dataDir = ".", special = ""] = process.argv.slice(2);

console.log(`first line of ${process.env["FLOE_SERVER"] ?? "nobody"}`);
const starts = join(dataDir, "starts");
if (special !== "make") appendFileSync(starts, "x");

if (special.startsWith("die:")) {
  console.error(special.slice(4));
  process.exit(7);
}
if (special === "make") {
  writeFileSync(join(dataDir, "made-by"), String(process.pid));
  writeFileSync(join(dataDir, "own.id"), String(process.pid));
  process.exit(0);
}
if (special === "parent") spawn("sleep", ["600"], { stdio: "ignore" });

const server = createServer((_request, response) => {
  response.end(JSON.stringify({ server: process.env["FLOE_SERVER"], starts: readFileSync(starts, "utf8").length }));
});
server.on("error", (error) => {
  console.error(`could not listen: ${error.message}`);
  // Some servers don't end when they can't listen; the runtime has to notice all the same.
  if (special !== "lingering") process.exit(1);
});
if (special === "lingering") setInterval(() => undefined, 1_000);
server.listen(Number(port), "127.0.0.1", () => console.log("listening"));
