import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultParts } from "#artifacts/resolve.ts";
import { hostPort } from "#core/addresses.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import type { ServerSpec } from "#runtime/port.ts";
import { markedProcesses, proportionalKiB } from "#runtime/processes.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { tinyOptions } from "./tiny-stack.ts";

const parts = await defaultParts();

/** S3Proxy, a JVM that is up in a second. */
const objectStore: ServerSpec = {
  name: "object-store",
  part: "object-store",
  ports: ["s3"],
  launch: (place) => ({
    program: { kind: "java", classpath: "object-store", mainClass: "org.gaul.s3proxy.Main", options: ["-Xmx128m"] },
    args: ["--properties", place.file("s3proxy.properties")],
    files: {
      "s3proxy.properties": [
        `s3proxy.endpoint=http://${place.bindHost}:${place.port("s3")}`,
        "s3proxy.authorization=none",
        "jclouds.provider=filesystem-nio2",
        `jclouds.filesystem.basedir=${place.dataDir}`,
        "",
      ].join("\n"),
    },
  }),
  ready: async (address) => (await fetch(`http://${hostPort(address("s3"))}/`)).ok,
  readyWithinMs: 60_000,
};

const mysqlOptions = [
  "--no-defaults",
  "--loose-mysqlx=OFF",
  "--performance-schema=OFF",
  "--innodb-redo-log-capacity=8M",
];
const mysql: ServerSpec = {
  name: "mysql",
  part: "mysql",
  ports: ["sql"],
  launch: (place) => ({
    program: { kind: "mysqld" },
    args: [
      ...mysqlOptions,
      `--datadir=${place.dataDir}`,
      `--port=${place.port("sql")}`,
      `--bind-address=${place.bindHost}`,
      "--socket=m.sock",
    ],
  }),
  prepared: {
    key: "runtime-test",
    make: (place) => ({
      program: { kind: "mysqld" },
      args: [...mysqlOptions, "--initialize-insecure", `--datadir=${place.dataDir}`],
    }),
    forget: ["auto.cnf"],
  },
  // That it listens is enough here; the stage logs in.
  ready: async () => true,
  readyWithinMs: 60_000,
};

test("a JVM leaves an archive of its classes when it is asked to, and the next one starts from it", async () => {
  const cacheDir = temporaryFolder();
  const sharing = { parts, cacheDir, classDataSharing: true, recordClasses: true };
  {
    await using runtime = await openNativeRuntime(tinyOptions(temporaryFolder(), sharing));
    await (await runtime.place(objectStore)).start();
    expect(await runtime.archiveClasses()).toEqual(["object-store"]);
  }
  const [archive = ""] = readdirSync(join(cacheDir, "cds"));
  expect(archive).toMatch(/^Main-[0-9a-f]{16}\.jsa$/);

  const options = tinyOptions(temporaryFolder(), sharing);
  await using runtime = await openNativeRuntime(options);
  const server = await (await runtime.place(objectStore)).start();

  // The archive is mapped into the process: a JVM that found it unfit would have gone on without it.
  const [found] = markedProcesses(options.stackId);
  expect(readFileSync(`/proc/${found?.pid}/maps`, "utf8")).toContain(archive);
  expect(proportionalKiB(found?.pid ?? 0)).toBeGreaterThan(10_000);
  expect(await runtime.archiveClasses()).toEqual([]);
  expect(server.state()).toBe("running");
});

test("a JVM that finds its port taken is PORT_TAKEN", async () => {
  await using other = await openNativeRuntime(tinyOptions(temporaryFolder(), { parts }));
  const first = await (await other.place(objectStore)).start();
  const { port } = first.address("s3");
  await using runtime = await openNativeRuntime(
    tinyOptions(temporaryFolder(), { parts, choosePort: async () => port }),
  );

  await expect((await runtime.place(objectStore)).start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
});

test("mysqld starts on prepared data, comes back after kill -9 on the same data, and says when its port is taken", async () => {
  const cacheDir = temporaryFolder();
  const options = tinyOptions(temporaryFolder(), { parts, cacheDir });
  await using runtime = await openNativeRuntime(options);
  const server = await (await runtime.place(mysql)).start();
  const identity = join(options.folder, "data", "mysql", "auto.cnf");
  const firstId = readFileSync(identity, "utf8");

  await server.kill();
  await server.restart();

  expect(readFileSync(identity, "utf8")).toBe(firstId);
  const { port } = server.address("sql");
  await using other = await openNativeRuntime(
    tinyOptions(temporaryFolder(), { parts, cacheDir, choosePort: async () => port }),
  );
  await expect((await other.place(mysql)).start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
});
