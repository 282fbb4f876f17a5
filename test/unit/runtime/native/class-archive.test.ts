import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { classSharing, takeOver } from "#runtime/native/class-archive.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a JVM without an archive records one only when asked to, and the next one uses it", () => {
  const { cacheDir, start } = javaStart();
  expect(classSharing({ cacheDir, record: false, owner: "s1", start })).toEqual({ kind: "none", options: [] });

  const recording = classSharing({ cacheDir, record: true, owner: "s1", start });
  expect(recording).toMatchObject({ kind: "record" });
  if (recording.kind !== "record") return;
  expect(recording.options).toEqual([`-XX:ArchiveClassesAtExit=${recording.pending}`]);
  writeFileSync(recording.pending, "classes");
  expect(takeOver(recording)).toBe(true);

  const options = [`-XX:SharedArchiveFile=${recording.archive}`, "-Xshare:auto"];
  expect(classSharing({ cacheDir, record: true, owner: "s2", start })).toEqual({ kind: "use", options });
});

test("two stacks that record the same archive at once don't get into each other's way", () => {
  const { cacheDir, start } = javaStart();
  const both = ["s1", "s2"].map((owner) => classSharing({ cacheDir, record: true, owner, start }));
  for (const recording of both) {
    if (recording.kind !== "record") continue;
    writeFileSync(recording.pending, "classes");
    expect(takeOver(recording)).toBe(true);
    expect(existsSync(recording.pending)).toBe(false);
  }
  expect(both.map(({ kind }) => kind)).toEqual(["record", "record"]);
});

test("a JVM that was killed has written no archive", () => {
  const { cacheDir, start } = javaStart();
  const recording = classSharing({ cacheDir, record: true, owner: "s1", start });
  expect(recording.kind === "record" && takeOver(recording)).toBe(false);
});

test("an archive fits one Java, class path, main class and set of VM options; heap and properties don't matter", () => {
  const { cacheDir, start, jar } = javaStart();
  const archive = (more: Partial<typeof start>) => {
    const sharing = classSharing({ cacheDir, record: true, owner: "s1", start: { ...start, ...more } });
    return sharing.kind === "record" ? sharing.archive : "";
  };
  const first = archive({});
  expect(archive({ options: ["-XX:+UseSerialGC", "-Xmx1g", "-Dport=1"] })).toBe(first);
  expect(archive({ options: ["-XX:+UseParallelGC"] })).not.toBe(first);
  expect(archive({ java: { ...start.java, version: "21.0.1" } })).not.toBe(first);
  expect(archive({ mainClass: "org.example.Other" })).not.toBe(first);
  writeFileSync(jar, "a newer jar under the same name");
  expect(archive({})).not.toBe(first);
});

test("a Java without an archive of its own, as jlink makes it, is not asked to record: it would not start", () => {
  const { cacheDir, start } = javaStart();
  rmSync(join(cacheDir, "jdk", "lib"), { recursive: true });

  expect(classSharing({ cacheDir, record: true, owner: "s1", start })).toEqual({ kind: "none", options: [] });
});

function fakeJava(folder: string): string {
  const executable = join(folder, "jdk", "bin", "java");
  for (const file of [executable, join(folder, "jdk", "lib", "server", "classes.jsa")]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  }
  return executable;
}

function javaStart() {
  const cacheDir = temporaryFolder();
  const jar = join(cacheDir, "a.jar");
  writeFileSync(jar, "jar");
  const start = {
    java: { executable: fakeJava(cacheDir), version: "17.0.1" },
    classpath: [jar],
    mainClass: "org.example.Main",
    options: ["-XX:+UseSerialGC"] as readonly string[],
  };
  return { cacheDir, start, jar };
}
