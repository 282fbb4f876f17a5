import { type Duplex, duplexPair } from "node:stream";
import { environmentError } from "#core/errors.ts";

/**
 * A server in front of the server: what a link's proxy passes on comes out at `inner`, where a relay reads the protocol
 * and speaks with the real server.
 */
export interface FarEnd {
  /** The proxy's side. */
  readonly outer: Duplex;
  readonly inner: Duplex;
  /** Ends it as a broken connection ends: the client sees a reset, not an orderly end. */
  breakOff(): void;
}

export function farEnd(): FarEnd {
  const [outer, inner] = duplexPair();
  inner.on("error", () => undefined);
  // Of a pair, one side's destruction reaches the other as an end in order, and the relay would answer nobody.
  outer.on("close", () => void inner.destroy());
  return { outer, inner, breakOff: () => void inner.destroy(brokenOff) };
}

/** Only says "not in order" to the streams; nobody is shown it. */
const brokenOff = environmentError({
  code: "CONNECTION_BROKEN",
  what: "the other end of a proxied connection broke off",
  remedy: "nothing: a fault did it, or the server went away",
});
