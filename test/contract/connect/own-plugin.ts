import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Parts } from "#artifacts/resolve.ts";
import { readZipEntry } from "#artifacts/zip.ts";
import { zipBytes } from "../../unit/artifacts/zip-bytes.ts";

const folderOf = "org/apache/iceberg/connect/transforms";
/** Copies a field of each record, as the sink's CopyValue does: it is that class, under a name that nobody else has. */
export const ownTransform = `${folderOf.replaceAll("/", ".")}.CopyFloes`;

export interface OwnPlugin {
  /** A folder with the transform's jar in it. */
  readonly folder: string;
  /** The same as a plugin's zip. */
  readonly zip: string;
}

/** A plugin of a user's own. `named`: whether its jar names its classes in META-INF/services, as newer ones do. */
export async function makeOwnPlugin({ parts, named }: { parts: Parts; named: boolean }): Promise<OwnPlugin> {
  const entries = [
    { name: `${folderOf}/CopyFloes.class`, content: await ownClass(parts) },
    ...(named
      ? [{ name: "META-INF/services/org.apache.kafka.connect.transforms.Transformation", content: ownTransform }]
      : []),
  ];
  const jar = zipBytes(entries);
  const base = mkdtempSync(join(tmpdir(), "floe-plugin-"));
  const [folder, zip] = [join(base, "copy-floes"), join(base, "copy-floes.zip")];
  mkdirSync(folder);
  writeFileSync(join(folder, "copy-floes.jar"), jar);
  writeFileSync(zip, zipBytes([{ name: "copy-floes/copy-floes.jar", content: jar }]));
  return { folder, zip };
}

/** Renamed byte by byte: both names are equally long, so that the class file stays whole. */
async function ownClass({ pluginPath }: Parts): Promise<Buffer> {
  const files = pluginPath.flatMap((path) =>
    readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file)),
  );
  const jar = files.find((file) => file.includes("iceberg-kafka-connect-transforms")) ?? "";
  const bytes = await readZipEntry(jar, `${folderOf}/CopyValue.class`);
  const text = bytes?.toString("latin1") ?? "";
  return Buffer.from(text.replaceAll(`${folderOf}/CopyValue`, `${folderOf}/CopyFloes`), "latin1");
}
