/** Where a text stops being JSON: line and column, both from 1. The engine's messages name the place only sometimes. */
export function jsonErrorPlace(text: string): { line: number; column: number } {
  const before = text.slice(0, firstBadIndex(text)).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

// A beginning that cannot be continued stays so however much follows: the shortest such one ends at the fault.
function firstBadIndex(text: string): number {
  if (canContinue(text)) return text.length;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canContinue(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return bad - 1;
}

function canContinue(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return /end of JSON|Unterminated/.test(message) || Number(position) === beginning.length;
  }
}
