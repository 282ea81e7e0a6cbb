import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** How a program ended, and what it said. */
interface ProgramResult {
  /** 127 when there is no such program, 128 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never rejects: failing is a result. */
export type RunProgram = (argv: readonly string[]) => Promise<ProgramResult>;

/** Where every Linux has its programs; the environment of whoever started the daemon does not matter. */
const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The real thing: the programs of this machine. */
export const runProgram: RunProgram = async ([program = "", ...args]) => {
  return await new Promise((resolve) => {
    const env = { PATH: searchPath.join(":"), LC_ALL: "C" };
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 128, stdout: textOf(stdout), stderr: textOf(stderr) }));
  });
};

/** Whether `runProgram` would find it. */
export async function hasProgram(program: string): Promise<boolean> {
  for (const directory of searchPath) {
    try {
      await access(join(directory, program), constants.X_OK);
      return true;
    } catch (error) {
      if (!hasCode(error, "ENOENT", "EACCES", "ENOTDIR")) throw error;
    }
  }
  return false;
}

/** Runs it, and throws with its words when it fails. */
export async function mustRun(run: RunProgram, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0) throw new Error(`${argv.join(" ")} failed with exit code ${code}: ${stderr.trim()}`);
  return stdout;
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8").trim();
}
