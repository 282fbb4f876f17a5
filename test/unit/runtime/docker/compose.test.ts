import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readLock } from "#artifacts/lock.ts";
import { dockerFolder, pinnedImages } from "#runtime/docker/versions.ts";

const compose = z.object({
  services: z.record(z.string(), z.object({ image: z.string(), healthcheck: z.object({ test: z.array(z.string()) }) })),
});

test("docker/compose.yaml names the pinned images and ours, and each of its servers has a health check", async () => {
  const { services } = compose.parse(parse(readFileSync(join(dockerFolder, "compose.yaml"), "utf8")));
  const { mysql, kafka, minio } = await pinnedImages();
  const images = Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]));
  expect(images).toEqual({
    mysql: mysql.image,
    kafka: kafka.image,
    "object-store": minio.image,
    catalog: "floe/catalog:latest",
    connect: "floe/connect:latest",
  });
});

test("the broker's image has the version of the lock file's jars", async () => {
  const { kafka } = await pinnedImages();
  expect(kafka.image.split(":")[1]).toBe((await readLock()).default.kafka);
});
