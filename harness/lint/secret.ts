import type { Setting } from "./document.ts";

const secretKey =
  /passw|secret|private.?key|access.?key|credential|token(?!.*\.(url|uri|endpoint))|sasl\.jaas|passphrase|api.?key|basic\.auth|connection\.(url|string)/i;

/** Whether a key's value must not be seen. Spelling mistakes count: better too many than one too few. */
export function isSecret(key: string): boolean {
  return secretKey.test(key) || /pas+w?o?r?d|pwd/i.test(key);
}

/** A text from a file cannot move the cursor, colour the screen or end a line. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (sign) =>
    sign === "\t" ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A value for people: cut where it is long, hidden where it is, or holds, a secret. */
export function shown({ key, value }: Pick<Setting, "key" | "value">): string {
  if (isSecret(key) || /:\/\/[^/\s]*:[^/\s]*@|password=|secret/i.test(value)) return "***";
  return value.length > 60 ? `${value.slice(0, 57)}...` : value;
}
