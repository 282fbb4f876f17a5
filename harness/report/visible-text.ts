/** Text from data as a terminal, XML or Markdown may show it: what steers instead of being seen is spelled out. */
export function visibleText(text: string): string {
  return text.replaceAll(
    steering,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

// Control characters but for tab and the line's end, marks of direction, and what is no character at all.
const steering = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
