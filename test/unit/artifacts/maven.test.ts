import { describe, expect, test } from "vitest";
import { coordinatesText, jarPath, parseCoordinates } from "#artifacts/coordinates.ts";
import { logBinding, mavenError, parseDependencyList } from "#artifacts/lock/maven.ts";

describe("coordinates", () => {
  test.each([
    ["org.apache.kafka:kafka_2.13:jar:4.3.1", "maven/org.apache.kafka/kafka_2.13/4.3.1/kafka_2.13-4.3.1.jar"],
    [
      "org.gaul:s3proxy:jar:jar-with-dependencies:4.1.0",
      "maven/org.gaul/s3proxy/4.1.0/s3proxy-4.1.0-jar-with-dependencies.jar",
    ],
  ])("are read and written alike, and give a place in the cache: %s", (text, path) => {
    expect(coordinatesText(parseCoordinates(text))).toBe(text);
    expect(jarPath(parseCoordinates(text))).toBe(path);
  });
});

describe("Maven's list of what a part needs", () => {
  test("gives coordinates and files, with and without classifier and module", () => {
    const list = `
The following files have been resolved:
   org.apache.hadoop:hadoop-aws:jar:3.4.3:compile:/repository/hadoop-aws-3.4.3.jar -- module hadoop.aws (auto)
   org.apache.orc:orc-core:jar:nohive:1.9.7:runtime:/repository/with space/orc-core-1.9.7-nohive.jar
`;
    expect(parseDependencyList(list).map(({ coordinates, file }) => [coordinatesText(coordinates), file])).toEqual([
      ["org.apache.hadoop:hadoop-aws:jar:3.4.3", "/repository/hadoop-aws-3.4.3.jar"],
      ["org.apache.orc:orc-core:jar:nohive:1.9.7", "/repository/with space/orc-core-1.9.7-nohive.jar"],
    ]);
  });
});

describe("the binding that gives a program its log", () => {
  const jars = (...texts: string[]) => texts.map(parseCoordinates);
  const api1 = "org.slf4j:slf4j-api:jar:1.7.36";
  const api2 = "org.slf4j:slf4j-api:jar:2.0.17";
  const core = "org.apache.logging.log4j:log4j-core:jar:2.25.3";

  test("is the one for the log4j that is there, by the version of slf4j", () => {
    expect(logBinding(jars(api1, core))).toBe("org.apache.logging.log4j:log4j-slf4j-impl:jar:2.25.3");
    expect(logBinding(jars(api2, core))).toBe("org.apache.logging.log4j:log4j-slf4j2-impl:jar:2.25.3");
  });
  test("is the simple one where there is no log4j", () => {
    expect(logBinding(jars(api2))).toBe("org.slf4j:slf4j-simple:jar:2.0.17");
  });
  test("is not added where one comes along, or nothing logs", () => {
    expect(logBinding(jars(api1, "org.slf4j:slf4j-reload4j:jar:1.7.36"))).toBeUndefined();
    expect(logBinding(jars("org.gaul:s3proxy:jar:4.1.0"))).toBeUndefined();
  });
});

describe("Maven's failure", () => {
  const failed =
    "Failed to execute goal on project parts: Could not resolve dependencies for project floe:parts:pom:1: ";

  test("is wrong usage where the registry has no such version", () => {
    const said = [`${failed}Could not find artifact org.apache.kafka:kafka_2.13:jar:9.9.9 in central -> [Help 1]`];
    expect(mavenError("kafka 9.9.9", said, undefined)).toMatchObject({
      code: "VERSION_UNKNOWN",
      blame: "usage",
      message: "the registry has no kafka 9.9.9",
      got: "no org.apache.kafka:kafka_2.13:jar:9.9.9",
    });
  });
  test("is the environment's where no registry can be reached", () => {
    const said = [
      `${failed}Could not transfer artifact a:b:pom:1 from/to central: Connect to 127.0.0.1:1 failed -> [Help 1]`,
    ];
    expect(mavenError("kafka 4.2.0", said, undefined)).toMatchObject({ code: "NO_NETWORK", blame: "environment" });
  });
  test("stays as it is where it is neither", () => {
    const cause = { some: "failure" };
    expect(mavenError("kafka 4.2.0", ["Non-parseable settings"], cause)).toBe(cause);
  });
});
