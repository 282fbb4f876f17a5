import type { Bytes } from "./bytes.ts";

/** A DECIMAL as MySQL prints it. Nine digits take four bytes, fewer at either end take less; negative ones are inverted. */
export function decimalText(bytes: Bytes, { precision, scale }: { precision: number; scale: number }): string {
  const whole = precision - scale;
  const sizes = [
    ...group(whole % 9),
    ...Array.from({ length: Math.floor(whole / 9) }, () => nineDigits),
    ...Array.from({ length: Math.floor(scale / 9) }, () => nineDigits),
    ...group(scale % 9),
  ];
  const raw = Buffer.from(bytes.take(sizes.reduce((sum, size) => sum + size.bytes, 0)));
  const negative = ((raw[0] ?? 0) & 0x80) === 0;
  raw[0] = (raw[0] ?? 0) ^ 0x80;
  if (negative) for (let at = 0; at < raw.length; at++) raw[at] = (raw[at] ?? 0) ^ 0xff;
  let digits = "";
  let at = 0;
  for (const size of sizes) {
    digits += String(raw.readUIntBE(at, size.bytes)).padStart(size.digits, "0");
    at += size.bytes;
  }
  const integral = digits.slice(0, whole).replace(/^0+(?=\d)/, "") || "0";
  return `${negative ? "-" : ""}${integral}${scale === 0 ? "" : `.${digits.slice(whole)}`}`;
}

const nineDigits = { digits: 9, bytes: 4 };
const bytesOfDigits = [0, 1, 1, 2, 2, 3, 3, 4, 4];

function group(digits: number) {
  return digits === 0 ? [] : [{ digits, bytes: bytesOfDigits[digits] ?? 4 }];
}

/** A FLOAT as MySQL prints it: six digits, a tie to the even one. */
export function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : plainOrExponent(sixDigits(value));
}

/** A DOUBLE as MySQL prints it: as many digits as tell it from its neighbours. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? "-0" : plainOrExponent(value.toExponential());
}

/** `toExponential` breaks ties upwards. */
function sixDigits(value: number): string {
  const exact = value.toExponential(40);
  const [, kept = "", rest = ""] = /^-?(\d\.\d{5})(\d+)e/.exec(exact) ?? [];
  const tie = /^50*$/.test(rest) && /[02468]$/.test(kept);
  return tie ? exact.replace(rest, "") : value.toExponential(5);
}

/** MySQL leaves out the exponent where it takes at most 14 zeros instead. */
function plainOrExponent(exponential: string): string {
  const [, sign = "", first = "", fraction = "", power = "0"] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(exponential) ?? [];
  const digits = (first + fraction).replace(/0+$/, "");
  const point = Number(power) + 1;
  if (digits === "") return `${sign}0`;
  if (point < -14 || (point > 15 && digits.length <= point)) {
    return `${sign}${digits.slice(0, 1)}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${Number(power)}`;
  }
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
