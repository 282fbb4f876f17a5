import type { Kind, Setting } from "./document.ts";
import type { Check, Find, Fix, Hit } from "./rule.ts";
import { shown } from "./secret.ts";
import { isOpaque, type View } from "./view.ts";

// What most rules ask, in a word each, so that a rule reads as a line of the catalogue.

/** A rule for documents of some kinds. */
export function on(kinds: readonly Kind[], find: Find, more: Pick<Check, "versions" | "only"> = {}): Check {
  return { kinds, find, ...more };
}

/** A key is there, under its name or a pattern. `fix` says what its name or value should be. */
export function has(key: string | RegExp, fix?: Fix | ((setting: Setting) => Fix | undefined)): Find {
  return (view) =>
    named(view, key).map((setting) => ({
      on: setting,
      told: `${setting.key} is set`,
      fix: typeof fix === "function" ? fix(setting) : fix,
    }));
}

/** None of these keys is there. */
export function lacks(...keys: readonly string[]): Find {
  return (view) => (view.has(...keys) ? [] : [missing(keys[0] ?? "", `${keys.join(" or ")} is not set`)]);
}

/** A key's value, where it is known, is one of the bad ones. */
export function is(
  key: string | RegExp,
  bad: RegExp | ((value: string, view: View) => boolean),
  fix?: Fix | ((setting: Setting) => Fix | undefined),
): Find {
  return (view) =>
    named(view, key)
      .filter(({ value }) => !isOpaque(value))
      .filter(({ value }) => (bad instanceof RegExp ? bad.test(value.trim()) : bad(value.trim(), view)))
      .map((setting) => ({ ...says(setting), fix: typeof fix === "function" ? fix(setting) : fix }));
}

/** A key's value, where it is known, is none of the good ones. */
export function isNot(key: string | RegExp, good: RegExp): Find {
  return is(key, (value) => !good.test(value));
}

export function isBelow(key: string | RegExp, least: number): Find {
  return is(key, (value) => value !== "" && Number(value) < least);
}

export function isAbove(key: string | RegExp, most: number): Find {
  return is(key, (value) => Number(value) > most);
}

/** True, as Connect reads it. */
export function isTrue(key: string | RegExp): Find {
  return is(key, /^true$/i);
}

/** Not there, or known not to be true. */
export function isNotTrue(key: string): Find {
  return (view) => {
    const setting = view.get(key);
    if (setting === undefined) return [missing(key)];
    return view.isNotTrue(key) ? [says(setting)] : [];
  };
}

/** Both of two keys are there; told at the second. */
export function both(first: string, second: string): Find {
  return (view) => {
    const on = view.get(second);
    return view.has(first) && on !== undefined ? [{ on, told: `${first} and ${second} are both set` }] : [];
  };
}

/** One of these rules' conditions. */
export function any(...finds: readonly Find[]): Find {
  return (view, pipeline) => finds.flatMap((find) => [...find(view, pipeline)]);
}

/** A condition, then what it is told of. */
export function where(condition: (view: View) => boolean, find: Find): Find {
  return (view, pipeline) => (condition(view) ? find(view, pipeline) : []);
}

/** A setting as a hit: `key=value`. */
export function says(setting: Setting, more: string = ""): Hit {
  return { on: setting, told: `${setting.key}=${shown(setting)}${more}` };
}

/** A key that should be there, as a hit. */
export function missing(key: string, told = `${key} is not set`): Hit {
  return { key, told };
}

/** A hit at a key, there or not. */
export function at(view: View, key: string, told: string): Hit {
  return { on: view.get(key), key, told };
}

function named(view: View, key: string | RegExp): Setting[] {
  if (typeof key !== "string") return view.matching(key);
  const setting = view.get(key);
  return setting === undefined ? [] : [setting];
}
