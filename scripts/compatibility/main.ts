import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resultsFile, type TestResult } from "../lib/test-results.ts";
import { projectDir } from "../rig/machine.ts";
import { assess, type Assessment } from "./assess.ts";
import { readAreas } from "./rows.ts";
import { showDocument, showRow, showSummary } from "./show.ts";

const usage = `usage: scripts/conformance [ROW...]

Prints which rows of behaviour have a passing, a failing and no test, and writes docs/compatibility.md. With rows (D4 …)
prints their tests instead. Reads the results of the last whole run of scripts/test, and runs it when there are none.`;

const wanted = process.argv.slice(2);
if (wanted.some((argument) => argument.startsWith("-"))) {
  console.log(usage);
  process.exitCode = wanted.includes("--help") || wanted.includes("-h") ? 0 : 1;
} else {
  if (!existsSync(resultsFile)) spawnSync(join(projectDir, "scripts/test"), { stdio: "inherit" });
  const results = JSON.parse(await readFile(resultsFile, "utf8")) as readonly TestResult[];
  const assessment = assess(await readAreas(), results);
  process.exitCode = wanted.length > 0 ? printRows(assessment) : await printAndWrite(assessment);
}

async function printAndWrite(assessment: Assessment): Promise<number> {
  await writeFile(join(projectDir, "docs/compatibility.md"), showDocument(assessment));
  console.log(showSummary(assessment));
  const failing = assessment.areas.some(({ rows }) => rows.some(({ status }) => status === "failing"));
  return failing || assessment.strays.length > 0 ? 1 : 0;
}

function printRows({ areas }: Assessment): number {
  const rows = areas.flatMap((area) => area.rows);
  const unknown = wanted.filter((id) => !rows.some((row) => row.id === id));
  for (const row of rows.filter(({ id }) => wanted.includes(id))) console.log(showRow(row));
  for (const id of unknown) console.error(`${id}: there is no such row; see scripts/compatibility/rows.yaml`);
  return unknown.length > 0 ? 1 : 0;
}
