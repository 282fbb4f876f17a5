/** Rules that a comment of the file switches off: `# floe: off rule, rule`. */
export function commentedOff(text: string): string[] {
  return [...text.matchAll(/^[ \t]*(?:#|--|;|\/\/)[ \t]*floe:[ \t]*off[ \t]+(.+)$/gm)].flatMap(([, list = ""]) =>
    list
      .trim()
      .split(/[\s,]+/)
      .filter((rule) => rule !== ""),
  );
}
