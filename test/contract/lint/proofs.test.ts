import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ground, layGround } from "../validate/ground.ts";
import { proofs } from "./proofs.ts";
import { arrives, prove } from "./proving.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await layGround();
});
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

// Of each kind of harm some; all of them, which take two minutes, are `npm run lint:proofs`.
const some = proofs.filter((_, at) => at % 4 === 0);

test.each(some)("$rule: the harm is seen, and with the remedy it is not", { timeout: 200_000 }, async (proof) => {
  const proved = await prove(ground, proof);
  expect(proved.without).toMatch(proof.harm);
  expect(proved).toMatchObject({ with: arrives, found: { without: true, with: false } });
});
