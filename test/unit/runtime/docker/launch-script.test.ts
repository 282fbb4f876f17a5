import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { containerCommand } from "#runtime/docker/command.ts";
import { registryOf } from "#runtime/docker/image-pull.ts";
import { launchScript, quoted } from "#runtime/docker/launch-script.ts";
import { addressesIn } from "#runtime/docker/network.ts";
import { startFailure } from "#runtime/docker/start-failure.ts";
import { checkDigest } from "#runtime/docker/versions.ts";

test.each(["it's", '$HOME `id` \\ "', "a\nb", ""])("sh reads the word %j back as it was", (word) => {
  expect(execFileSync("/bin/sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" })).toBe(word);
});

test("a server takes the shell's place; what makes first data ends, without what must be each server's own", () => {
  const env = { SECRET: "it's" };
  expect(
    launchScript({ command: ["mysqld", "--port=1"], env })
      .split("\n")
      .slice(2),
  ).toEqual(["cd /floe/data", "export HOME=/floe", "export SECRET='it'\\''s'", "exec 'mysqld' '--port=1'", ""]);
  const making = launchScript({ command: ["mysqld", "--initialize"], env: {}, forget: ["auto.cnf"] });
  expect(making.split("\n").slice(4)).toEqual(["'mysqld' '--initialize'", "rm -rf 'auto.cnf'", ""]);
});

test("a broker runs on its image's jars, the other Java servers on ours", () => {
  const program = { kind: "java" as const, classpath: "kafka" as const, mainClass: "Main", options: ["-Xmx1g"] };
  const classpath = (part: "kafka" | "connect") =>
    containerCommand({ part, launch: { program, args: [] }, jvm: "fast" }).at(-2);
  expect(classpath("kafka")).toBe("/opt/kafka/libs/*");
  expect(classpath("connect")).toBe("/opt/floe/libs/*");
});

test("addresses are handed out in order, past the end of a byte", () => {
  const next = addressesIn({ Subnet: "10.89.1.248/21", Gateway: "10.89.1.249" });
  expect([next(), next()]).toEqual(["10.89.2.2", "10.89.2.3"]);
});

test("a registry is told from an image's name", () => {
  expect(
    ["mysql:9.7", "apache/kafka:4.3.1", "quay.io/minio/minio:1", "localhost/x:1", "h:5000/x:1"].map(registryOf),
  ).toEqual(["Docker Hub", "Docker Hub", "quay.io", "localhost", "h:5000"]);
});

const digest = `sha256:${"a".repeat(64)}`;

test("a pulled image must have the digest that is pinned; one that was built here has none to compare", () => {
  expect(() => checkDigest({ image: "mysql:1", digest }, [])).not.toThrow();
  expect(() => checkDigest({ image: "mysql:1", digest }, [`mysql@${digest}`])).not.toThrow();
  expect(() => checkDigest({ image: "mysql:1", digest }, [`mysql@sha256:${"b".repeat(64)}`])).toThrow(
    "the image mysql:1 is not the one that is pinned",
  );
});

test.each([
  ["Bind for 127.0.0.1:3306 failed: port is already allocated", "PORT_TAKEN"],
  ["listen tcp4 127.0.0.1:3306: bind: address already in use", "PORT_TAKEN"],
  ["mkdir /var/lib/docker/overlay2/x: no space left on device", "DISK_FULL"],
  ['exec: "/bin/sh": stat /bin/sh: no such file or directory', "CONTAINER_NOT_STARTED"],
])("the engine's words '%s' are %s", (message, code) => {
  const error = Object.assign(new TypeError(message), { statusCode: 500 });
  expect(startFailure({ server: "mysql", image: "mysql:1", error })).toMatchObject({ code });
});
