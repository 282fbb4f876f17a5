import { InvalidArgumentError } from "commander";

// What a flag's text becomes; apart from the flags, as lint reads them and starts no server.

/** For a flag that may be given several times. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError("Expected a whole number from 1 on.");
  return number;
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError("Expected a whole number from 0 on.");
  return number;
}
