import { FloeError } from "#core/errors.ts";
import type { Found } from "#lint/rule.ts";
import { isSecret } from "#lint/secret.ts";
import { isOpaque, type View } from "#lint/view.ts";

// Connect and its connectors repeat values in what they say of them, a password that stands under the wrong key as well.

/** Every text of these files that must not be seen, in each spelling in which a server may repeat it; the longest first. */
export function secretsIn(views: readonly View[]): string[] {
  const values = views.flatMap(({ settings }) => settings.flatMap(({ key, value }) => secretParts(key, value.trim())));
  const spelt = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...new Set(spelt)].toSorted((left, right) => right.length - left.length);
}

function secretParts(key: string, value: string): string[] {
  const quoted = [...value.matchAll(/(?:password|secret)\s*=\s*"?([^"\s;,&]+)/gi)].map(([, part = ""]) => part);
  const inUrl = [...value.matchAll(/:\/\/[^/\s:@]*:([^/\s@]+)@/g)].map(([, part = ""]) => part);
  const whole = isSecret(key) && !isOpaque(value) && !/^(|true|false)$/i.test(value) ? [value] : [];
  return [...whole, ...quoted, ...inUrl];
}

/** A text without the secrets in it. */
export function hidden(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

export function withoutSecrets(findings: readonly Found[], secrets: readonly string[]): Found[] {
  const hide = (text: string) => hidden(text, secrets);
  return findings.map((each) => ({ ...each, message: hide(each.message), remedy: hide(each.remedy) }));
}

/** The same error without the secrets in it, nor its cause, which may hold anything. */
export function errorWithoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof FloeError)) return error;
  const hide = (text: string | undefined) => (text === undefined ? undefined : hidden(text, secrets));
  return new FloeError({
    code: error.code,
    blame: error.blame,
    what: hidden(error.message, secrets),
    expected: hide(error.expected),
    got: hide(error.got),
    remedy: hidden(error.remedy, secrets),
    evidence: error.evidence.map((line) => hidden(line, secrets)),
  });
}
