import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDir } from "../rig/machine.ts";
import { showFailures, showSum, sumOf } from "./sum-results.ts";
import { resultsFile, type TestResult } from "./test-results.ts";

// Runs all tests, shared out among processes side by side, because many of them wait for other processes or for the disk. The
// words of the first share are shown as they come, those of the others afterwards. Arguments: names of checks that failed
// before. Ends with the figures of all.

/** About as long as each other. */
const shares = {
  parts: ["packages/!(provisioner)/src/**/*.test.ts", "scripts/**/*.test.ts"],
  whole: ["test/!(storage|volume|chaos)*.test.ts"],
  storage: ["packages/provisioner/src/**/*.test.ts", "test/@(storage|volume|chaos)*.test.ts"],
} as const;

const fileOf = (share: string): string => resultsFile.replace(/json$/, `${share}.json`);

interface Share {
  /** Shows what it has said, and from now on what it says; resolves with its results when it has ended. */
  show(): Promise<readonly TestResult[]>;
}

function startShare(name: keyof typeof shares): Share {
  const reporter = [
    "--reporter",
    join(import.meta.dirname, "reporter.ts"),
    "--reporter-option",
    `results=${fileOf(name)}`,
  ];
  const options = ["--no-config", "--timeout", "30000", "--forbid-only", "--fail-hook-affected-tests", ...reporter];
  const mocha = join(projectDir, "node_modules/mocha/bin/mocha.js");
  const child = spawn(process.execPath, [mocha, ...options, ...shares[name]], {
    cwd: projectDir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let held: Buffer[] | undefined = [];
  const hear = (chunk: Buffer): void => {
    if (held === undefined) process.stdout.write(chunk);
    else held.push(chunk);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return {
    async show() {
      for (const chunk of held ?? []) process.stdout.write(chunk);
      held = undefined;
      await ended;
      if (existsSync(fileOf(name))) return JSON.parse(await readFile(fileOf(name), "utf8")) as readonly TestResult[];
      return [{ titles: [`the tests of ${name}`], outcome: "failed", reason: "they did not run to their end" }];
    },
  };
}

// Ctrl-C reaches them as well; they end in order, and then this does.
process.on("SIGINT", () => {});
await Promise.all(
  [resultsFile, ...Object.keys(shares).map(fileOf)].map(async (file) => await rm(file, { force: true })),
);
const started = [startShare("parts"), startShare("whole"), startShare("storage")];
const results: TestResult[] = [];
for (const share of started) results.push(...(await share.show()));
await writeFile(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
const sum = sumOf(results, process.argv.slice(2));
for (const line of [...showFailures(results), ...showSum(sum)]) console.log(line);
process.exitCode = sum.failed > 0 ? 1 : 0;
