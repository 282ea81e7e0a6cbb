import { spawn } from "node:child_process";

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Typed into the program, then its input is closed; left out, the input is closed at once. */
  readonly input?: string;
  /** Leave the input open behind `input`: a terminal's user does not hang up either. */
  readonly keepInputOpen?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a program to its end. */
export async function run(
  [program = "", ...args]: readonly string[],
  { input = "", keepInputOpen = false, env, cwd }: RunOptions = {},
): Promise<Finished> {
  const child = spawn(program, args, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  // A program that ends without reading its input is no fault of ours.
  child.stdin.on("error", () => {});
  child.stdin.write(input);
  if (!keepInputOpen) child.stdin.end();
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 137), stdout, stderr }));
  });
}
