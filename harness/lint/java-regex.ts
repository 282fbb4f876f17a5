/**
 * A Java pattern as JavaScript's, near enough to try it on names; undefined for one that Java would refuse.
 * Java's own forms that JavaScript lacks (possessive quantifiers, inline flags, \\Q…\\E, POSIX classes) are put in ours.
 */
export function dialect(pattern: string): RegExp | undefined {
  const [, flags = "", rest = pattern] = /^(?:\^\(\?:)?\(\?([ims]+)\)([\s\S]*)$/.exec(pattern) ?? [];
  const ours = (flags === "" ? pattern : pattern.replace(`(?${flags})`, "") || rest)
    .replace(/\\Q([\s\S]*?)\\E/g, (_, literal: string) => literal.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
    .replace(/([*+?}])\+/g, "$1")
    .replace(/\\p\{(Alpha|Digit|Alnum|Lower|Upper|Punct)\}/g, (_, name: string) => posix[name] ?? "\\w")
    .replace(/\\[AzZ]/g, "")
    .replace(/\(\?>/g, "(?:");
  if (/(?:^|[^\\])\$\{/.test(pattern)) return undefined;
  try {
    return new RegExp(ours, flags);
  } catch {
    return undefined;
  }
}

/** Whether one of Debezium's patterns fits a whole name, in any case. One that Java would refuse fits none. */
export function fitsAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((each) => {
    const pattern = dialect(`^(?:${each})$`);
    return pattern !== undefined && new RegExp(pattern.source, "i").test(name);
  });
}

const posix: Readonly<Record<string, string>> = {
  Alpha: "[A-Za-z]",
  Digit: "\\d",
  Alnum: "[A-Za-z\\d]",
  Lower: "[a-z]",
  Upper: "[A-Z]",
};

/** Whether Java takes it as a pattern: JavaScript is laxer with braces and brackets. */
export function isJavaPattern(pattern: string): boolean {
  if (/(^|[^\\])[{](?!\d+(,\d*)?\})/.test(pattern.replace(/\\p\{\w+\}/g, ""))) return false;
  if (/^[*+?]|\|[*+?]|\([*+]/.test(pattern)) return false;
  return dialect(pattern) !== undefined;
}
