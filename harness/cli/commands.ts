import type { Command } from "commander";
import { addCheck } from "./check.ts";
import { addExplain } from "./explain.ts";
import { addExplore } from "./explore.ts";
import { addFaults } from "./faults.ts";
import { addJudge } from "./judge.ts";
import { addLint } from "./lint.ts";
import { addOffsets } from "./offsets.ts";
import { addDoctor, addLock, addSetup } from "./parts.ts";
import { addReport } from "./report.ts";
import { addScenario } from "./scenario.ts";
import { addDown, addSql, addStatus, addUp } from "./stack.ts";
import { addValidate } from "./validate.ts";

/** Every command of the program. */
export function addCommands(program: Command, ends: (exitCode: number) => void): void {
  addScenario(program, ends);
  addExplore(program, ends);
  addReport(program);
  addLint(program, ends);
  addCheck(program, ends);
  addValidate(program, ends);
  addSetup(program);
  addDoctor(program, ends);
  addLock(program);
  addUp(program, ends);
  addDown(program);
  addStatus(program);
  addSql(program);
  addExplain(program);
  addOffsets(program);
  addJudge(program, ends);
  addFaults(program);
}
