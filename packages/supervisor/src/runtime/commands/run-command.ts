import { spawn } from "node:child_process";
import { constants } from "node:os";

export interface CommandOptions {
  /** Given to the command on its standard input. */
  readonly input?: string;
  readonly cwd?: string;
  /** The directories of PATH for what the command runs in its turn. */
  readonly searchPath?: string;
}

export interface CommandResult {
  /** 128 + signal when a signal ended it; 127 when there is no such program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Directories of the programs that every Linux has; the environment of whoever started the daemon does not matter. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin";

/** Runs a program to its end and collects what it says. Never rejects: failing is a result. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { input, cwd, searchPath = systemPath } = options;
  const [program = "", ...args] = argv;
  return await new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: { PATH: searchPath, LC_ALL: "C" },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code, signal) => {
      resolve({ code: exitCodeOf(code, signal), stdout: textOf(stdout), stderr: textOf(stderr).trim() });
    });
    // A command that ends without reading its input is judged by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** Like `runCommand`, and rejects with what the program said when its exit code is not 0. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(argv, options);
  if (code !== 0) throw new Error(`${argv.join(" ")} failed with exit code ${code}: ${stderr}`);
  return stdout;
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** One number for how a process ended, as shells count: 128 + signal when a signal ended it. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
