import type { ReadFile } from "./document.ts";

/** Lays a file of the same shape over another: its keys win, and are told of in their own file. */
export function layOver(base: ReadFile, over: ReadFile): ReadFile {
  const blocks = base.blocks.map((block, at) => {
    const above = over.blocks[at];
    return above === undefined
      ? block
      : { ...block, settings: new Map([...block.settings, ...above.settings]), off: [...block.off, ...above.off] };
  });
  return { ...base, blocks, problems: [...base.problems, ...over.problems] };
}
