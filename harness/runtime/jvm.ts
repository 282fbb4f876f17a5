import type { Part } from "./port.ts";

export type JvmTuning = "fast" | "default";

/**
 * What a JVM gets besides the options of its stage. `fast` takes a third off a stack's start on two cores: the first
 * compiler alone and the serial collector for servers that do little. The Connect worker keeps both compilers unless
 * its stage says otherwise: it encodes and decodes every row, and with the first alone a large snapshot takes three
 * times as long.
 */
export function jvmOptions({ part, tuning, options }: JvmChoice): string[] {
  if (tuning === "default") return [...always, ...options];
  const choosesCollector = options.some((option) => /^-XX:\+Use\w+GC$/.test(option));
  const collector = choosesCollector ? [] : ["-XX:+UseSerialGC"];
  const compiler = part === "connect" ? [] : ["-XX:TieredStopAtLevel=1"];
  return [...always, ...collector, ...compiler, ...options];
}

export interface JvmChoice {
  readonly part: Part;
  readonly tuning: JvmTuning;
  readonly options: readonly string[];
}

/** No file under /tmp that a killed JVM would leave behind. */
const always = ["-XX:-UsePerfData"];
