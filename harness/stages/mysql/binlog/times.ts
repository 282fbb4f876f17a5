import type { Bytes } from "./bytes.ts";

/** Dates and times as MySQL prints them in UTC; `digits` are those behind the point, as in DATETIME(6). */

export function dateText(bytes: Bytes): string {
  const packed = bytes.uint(3);
  return ymd(packed >> 9, (packed >> 5) & 15, packed & 31);
}

export function yearText(bytes: Bytes): string {
  const year = bytes.u8();
  return year === 0 ? "0000" : String(year + 1900);
}

export function datetimeText(bytes: Bytes, digits: number): string {
  return packedDatetimeText(BigInt(bytes.uintBE(5)) - 0x80_0000_0000n, fractionText(bytes, digits));
}

/** As DATETIME is packed: 17 bits for year and month, 5 for the day, 5, 6 and 6 for the time. */
export function packedDatetimeText(packed: bigint, fraction: string): string {
  const months = Number(packed >> 22n);
  const day = Number((packed >> 17n) & 31n);
  return `${ymd(Math.floor(months / 13), months % 13, day)} ${hms(Number(packed & 0x1_ffffn))}${fraction}`;
}

export function timestampText(bytes: Bytes, digits: number): string {
  const seconds = bytes.uintBE(4);
  const fraction = fractionText(bytes, digits);
  // What stands for 0000-00-00; the first that can be stored is a second later.
  if (seconds === 0) return `0000-00-00 00:00:00${fraction}`;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")}${fraction}`;
}

/** Time and fraction are one number, with half of its range for what is below zero. */
export function timeText(bytes: Bytes, digits: number): string {
  const fractionBytes = Math.ceil(digits / 2);
  const packed = bytes.uintBE(3 + fractionBytes) - 0x80_0000 * 256 ** fractionBytes;
  const absolute = Math.abs(packed);
  const fraction = absolute % 256 ** fractionBytes;
  const text = hms(Math.floor(absolute / 256 ** fractionBytes));
  return `${packed < 0 ? "-" : ""}${text}${afterPoint(fraction, digits)}`;
}

function fractionText(bytes: Bytes, digits: number): string {
  return digits === 0 ? "" : afterPoint(bytes.uintBE(Math.ceil(digits / 2)), digits);
}

/** Two digits a byte are stored, also where the column has an odd number of them. */
function afterPoint(fraction: number, digits: number): string {
  if (digits === 0) return "";
  return `.${String(fraction)
    .padStart(Math.ceil(digits / 2) * 2, "0")
    .slice(0, digits)}`;
}

function ymd(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

export function hms(packed: number): string {
  return `${two(packed >> 12)}:${two((packed >> 6) & 63)}:${two(packed & 63)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
