import { describe, expect, test } from "vitest";
import type { Place } from "#runtime/port.ts";
import { objectStoreKinds, objectStoreServer } from "#stages/object-store/server.ts";

const place: Place = {
  bindHost: "127.0.0.1",
  port: (name) => (name === "s3" ? 9_000 : 9_001),
  dataDir: "/data/store",
  file: (name) => `/config/${name}`,
};

describe.each(objectStoreKinds)("the description of a %s", (kind) => {
  const spec = objectStoreServer({ kind, bucket: "lake", accessKey: "access-me", secretKey: "hide-me" });
  const launch = spec.launch(place);

  test("listens on the address that the runtime chose, and keeps its objects in the data folder", () => {
    const said = JSON.stringify([launch.args, launch.files]);
    expect(said).toContain("127.0.0.1:9000");
    expect(said).toContain("/data/store");
  });

  test("has its keys in a file or the environment, never on the command line", () => {
    expect(launch.args.join(" ")).not.toContain("hide-me");
    expect(JSON.stringify([launch.files, launch.env])).toContain("hide-me");
  });
});
