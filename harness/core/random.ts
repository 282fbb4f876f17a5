import { createHash, randomBytes } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { wallNowMs } from "./clock.ts";
import { invariant } from "./errors.ts";

/** A stream of choices drawn from one seed. The same seed and label give the same stream on every machine. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** True with this probability (0 to 1, in steps of a millionth). */
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** An independent stream: what it draws does not move this one. */
  fork(label: string): Random;
}

export function seededRandom(seed: number | string): Random {
  const generator = xoroshiro128plus(hash32(String(seed)));
  const int = (low: number, high: number) => uniformInt(generator, low, high);
  return {
    int,
    chance: (probability) => int(0, 999_999) < probability * 1_000_000,
    pick: (choices) => {
      const chosen = choices[int(0, choices.length - 1)];
      invariant(chosen !== undefined, "pick from an empty list");
      return chosen;
    },
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}

function hash32(text: string): number {
  return createHash("sha256").update(text).digest().readInt32BE();
}

/** A new seed for a run that was given none. Printed first, with the line that runs it again. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32BE() % 1_000_000;
}

/**
 * A name that no other run has or will have: a control topic or namespace made again under an old name is silent loss.
 * Base 36, starts with a letter, 12 characters, safe in topics, schemas, groups, buckets and connectors.
 */
export function freshRunId(): string {
  return `r${wallNowMs().toString(36)}${(randomBytes(2).readUInt16BE() % 1_296).toString(36).padStart(2, "0")}`;
}

/** A password of 32 hex digits: 128 bits. */
export function freshSecret(): string {
  return randomBytes(16).toString("hex");
}
