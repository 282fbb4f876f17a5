import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogue } from "#lint/catalogue.ts";
import { proofs } from "../test/contract/lint/proofs.ts";
import { arrives, type Proved, prove } from "../test/contract/lint/proving.ts";
import { layGround } from "../test/contract/validate/ground.ts";

// Runs each of lint's proofs and writes docs/lint-proofs.md: `npm run lint:proofs`. Three minutes on two cores.

const proved: Proved[] = [];
{
  await using ground = await layGround();
  for (const proof of proofs) {
    const one = await prove(ground, proof);
    const holds = proof.harm.test(one.without) && one.with === arrives && one.found.without && !one.found.with;
    console.log(`${holds ? "✓" : "✗"} ${one.rule}: ${one.without} | ${one.with}`);
    if (!holds) process.exitCode = 1;
    proved.push(one);
  }
}

const cell = (text: string) =>
  text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(/\s+/g, " ").slice(0, 220);
const byScenario = catalogue().filter(({ provenBy }) => provenBy !== undefined && !provenBy[0]?.startsWith("test/"));

const page = `# Rules that a run proves

Without the remedy the harm is seen, with it it is not. Written by \`npm run lint:proofs\`, which starts a stack and runs
a connector for each line of test/contract/lint/proofs.ts: once with the rule broken, once with its remedy, with everything else
alike. A source's proof of health is its row in the topic, a sink's its table in the catalog. Either time lint (or validate, with the
live servers) has to find the rule, or not to.

| rule | without the remedy | with it |
|---|---|---|
${proved.map((one) => `| \`${one.rule}\` | ${cell(one.without)} | ${cell(one.with)} |`).join("\n")}

Harm that takes a whole pipeline is shown by scenarios; docs/incidents.md has what their runs came to.

| rule | shown by | with the remedy |
|---|---|---|
${byScenario.map(({ id, provenBy = [] }) => `| \`${id}\` | ${provenBy[0]} | ${provenBy[1] ?? ""} |`).join("\n")}
`;

await writeFile(join(import.meta.dirname, "..", "docs", "lint-proofs.md"), page);
process.exit();
