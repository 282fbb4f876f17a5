import { unreachable } from "#core/errors.ts";
import { type JvmTuning, jvmOptions } from "../jvm.ts";
import type { Launch, Part } from "../port.ts";

/** Everything of ours in a container lies below it, and belongs to its user. */
export const home = "/floe";
export const dataDir = `${home}/data`;
export const configDir = `${home}/config`;
export const launchFile = `${home}/launch.sh`;

/** The jars of the images that we build, and the folder of Connect plugins. */
export const ownLibs = "/opt/floe/libs";
export const pluginFolder = "/opt/floe/plugins";
const kafkaLibs = "/opt/kafka/libs";

/**
 * Every server runs as this user, whatever its image would choose: none as root, and files can be given to it before
 * it starts. apache/kafka and our images know it by name; mysqld and the object stores need no name.
 */
export const user = { uid: 1000, gid: 1000 } as const;

export interface ContainerCommandOptions {
  readonly part: Part;
  readonly launch: Pick<Launch, "program" | "args">;
  readonly jvm: JvmTuning;
}

/** The command line inside the part's image. */
export function containerCommand({ part, launch, jvm }: ContainerCommandOptions): readonly string[] {
  const { program, args } = launch;
  switch (program.kind) {
    case "mysqld":
      // The folder that is compiled in need not be there in every image.
      return ["mysqld", ...args, "--secure-file-priv=NULL"];
    case "executable":
      return [program.name, ...args];
    case "java": {
      const options = jvmOptions({ part, tuning: jvm, options: program.options });
      const libs = part === "kafka" ? kafkaLibs : ownLibs;
      return ["java", ...options, "-cp", `${libs}/*`, program.mainClass, ...args];
    }
    default:
      return unreachable(program);
  }
}
