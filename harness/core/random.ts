import { createHash, randomBytes, randomUUID } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
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
  return randomOf(xoroshiro128plus(hash32(String(seed))), () => String(seed));
}

/** One stream for each whole number, cheap enough to be made for every row: a single digest serves them all. */
export function numberedRandoms(seed: number | string): (number: number) => Random {
  const base = hash32(String(seed));
  return (number) => randomOf(xoroshiro128plus(mixed(base + Math.imul(number, 0x9e3779b9))), () => `${seed}/${number}`);
}

function randomOf(generator: RandomGenerator, label: () => string): Random {
  const int = (low: number, high: number) => uniformInt(generator, low, high);
  return {
    int,
    chance: (probability) => int(0, 999_999) < probability * 1_000_000,
    pick: (choices) => {
      const chosen = choices[int(0, choices.length - 1)];
      invariant(chosen !== undefined, "pick from an empty list");
      return chosen;
    },
    fork: (branch) => seededRandom(`${label()}/${branch}`),
  };
}

/** MurmurHash3's finaliser: neighbouring numbers come out unrelated. */
function mixed(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
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

/** A UUID for a source of GTIDs that no other writer has. */
export function freshUuid(): string {
  return randomUUID();
}
