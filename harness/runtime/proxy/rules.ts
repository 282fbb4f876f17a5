import { usageError } from "#core/errors.ts";

/** Which of the requests that match are meant. */
export interface Turns {
  /** The n-th from now on, counted from 1: it alone, unless `times` says how many from it on. */
  readonly nth?: number;
  /** How many; without `nth`, from the first on. All, when neither is given. */
  readonly times?: number;
}

/** A rule that was set: what it has met and done. */
export interface SetRule {
  /** Requests that matched, whether it was their turn or not. */
  matched(): number;
  /** Requests that it did its work on. */
  struck(): number;
  /** Why it could not do its work on a request whose turn it was; such requests pass untouched. */
  missed(): readonly string[];
  /** Resolves when the last of its turns has come, and it did its work or could not; of a rule for all, never. */
  readonly spent: Promise<true>;
  /** Takes the rule away. */
  end(): void;
}

/** A rule's turn has come: what it does, and where to tell whether it did. */
export interface Struck<Action> {
  readonly action: Action;
  landed(): void;
  missed(why: string): void;
}

export interface NewRule<Request, Action> extends Turns {
  readonly matches: (request: Request) => boolean;
  readonly action: Action;
}

/** The rules of a link, in the order in which they were set. All count a request; the first whose turn it is strikes. */
export interface RuleBook<Request, Action> {
  add(rule: NewRule<Request, Action>): SetRule;
  take(request: Request): Struck<Action> | undefined;
  clear(): void;
}

export function makeRuleBook<Request, Action>(): RuleBook<Request, Action> {
  const rules = new Set<LiveRule<Request, Action>>();
  return {
    add: (rule) => {
      checkTurns(rule);
      const spent = Promise.withResolvers<true>();
      const live: LiveRule<Request, Action> = {
        ...rule,
        met: 0,
        landed: 0,
        misses: [],
        spent: () => spent.resolve(true),
      };
      rules.add(live);
      return {
        matched: () => live.met,
        struck: () => live.landed,
        missed: () => live.misses,
        spent: spent.promise,
        end: () => void rules.delete(live),
      };
    },
    take: (request) => {
      const due = [...rules].filter((rule) => rule.matches(request)).filter(turnHasCome);
      const [first] = due;
      if (first === undefined) return undefined;
      return {
        action: first.action,
        landed: () => {
          first.landed += 1;
          endWhenSpent(first);
        },
        missed: (why) => {
          first.misses.push(why);
          endWhenSpent(first);
        },
      };
    },
    clear: () => rules.clear(),
  };
}

interface LiveRule<Request, Action> extends NewRule<Request, Action> {
  met: number;
  landed: number;
  readonly misses: string[];
  readonly spent: () => void;
}

function endWhenSpent(rule: LiveRule<never, unknown>): void {
  if (rule.landed + rule.misses.length === turnsOf(rule)) rule.spent();
}

function turnsOf({ nth, times }: Turns): number {
  return times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
}

/** Counts the request. */
function turnHasCome(rule: LiveRule<never, unknown>): boolean {
  rule.met += 1;
  const first = rule.nth ?? 1;
  return rule.met >= first && rule.met < first + turnsOf(rule);
}

function checkTurns({ nth = 1, times = 1 }: Turns): void {
  for (const [name, value] of Object.entries({ nth, times })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw usageError({
      code: "RULE_INVALID",
      what: `a rule on a link has ${name}: ${value}`,
      expected: "a whole number from 1 on",
      remedy: "count requests from 1, from the moment when the rule is set",
    });
  }
}

/** Text is met by the same text, a pattern by what it is found in; nothing is asked of it when undefined. */
export function meets(wanted: string | RegExp | undefined, names: readonly string[]): boolean {
  if (wanted === undefined) return true;
  return names.some((name) => (typeof wanted === "string" ? name === wanted : wanted.test(name)));
}
