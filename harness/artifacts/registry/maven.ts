import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Coordinates } from "../coordinates.ts";
import { dependencyText, mavenPlugin, pomText, runMaven } from "../lock/maven.ts";
import { onPath } from "../programs.ts";

/** Whether this user's Maven is told of a mirror or a proxy: then Maven fetches, with the rights it has there. */
export async function mavenKnowsBetter(): Promise<boolean> {
  const settings = await readFile(join(homedir(), ".m2", "settings.xml"), "utf8").catch(() => "");
  return /<(mirror|proxy)>/.test(settings.replaceAll(/<!--[\s\S]*?-->/g, "")) && onPath("mvn") !== undefined;
}

export interface MavenCopy {
  readonly wanted: readonly Coordinates[];
  readonly into: string;
  readonly nameOf: (coordinates: Coordinates) => string;
}

/** Has Maven copy files of its repository into a folder, in one go. */
export async function copyByMaven(options: MavenCopy): Promise<void> {
  const pom = join(options.into, "pom.xml");
  await writeFile(pom, copyPom(options));
  await runMaven(`${options.wanted.length} files`, ["-f", pom, `${mavenPlugin}:copy`]);
}

function copyPom({ wanted, into, nameOf }: MavenCopy): string {
  const [group, artifact, version] = mavenPlugin.split(":");
  const items = wanted.map(
    (one) => `<artifactItem>${dependencyText(one)}<destFileName>${nameOf(one)}</destFileName></artifactItem>`,
  );
  return pomText(`<build><plugins><plugin>
    <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
    <configuration><outputDirectory>${into}</outputDirectory><artifactItems>
${items.join("\n")}
    </artifactItems></configuration>
  </plugin></plugins></build>`);
}
