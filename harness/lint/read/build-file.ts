import { type Block, placesOf, type Setting } from "../document.ts";

// Artifacts that build files ask a Maven repository for, and that were never there.
const unpublished = /iceberg-kafka-connect-runtime/g;

/** The artifacts in a build file that rules ask for, each as a setting. */
export function buildBlock({ file, text }: { file: string; text: string }): Block[] {
  const place = placesOf(text);
  const settings = new Map<string, Setting>();
  for (const { 0: key, index } of text.matchAll(unpublished)) {
    const span = { start: index, end: index + key.length };
    const at = place(index);
    if (!settings.has(key))
      settings.set(key, { key, value: "", type: "text", file, keyAt: at, at, keySpan: span, valueSpan: span });
  }
  return [{ file, format: "text", settings, at: { line: 1, column: 1 }, shape: "build-file", off: [] }];
}
