import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Result } from "@ordinal/api";
import type { Clock } from "@ordinal/runtime";

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** After this, the command and everything it has started is killed. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** When it aborts, they are killed as well. */
  readonly ending: AbortSignal;
}

/** How much of what a command prints is kept for the event: its end. */
const keptCharacters = 1024;

/** How long after its end a command's last words are waited for, which something it has left behind may hold up. */
const lastWordsMs = 200;

/** Runs a program in a process group of its own; an error says how it ended and what it printed last. */
export async function runCommand({
  command,
  args,
  env,
  timeoutMs,
  clock,
  ending,
}: CommandOptions): Promise<Result<void, string>> {
  const stopped = "Ordinal is being stopped";
  if (ending.aborted) return { ok: false, error: stopped };
  const child = spawn(command, args, { cwd: "/", detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output = (output + text).slice(-keptCharacters);
    });
  }
  const closed = once(child, "close").catch(() => {
    // The program could not be started, which "error" tells below.
  });
  let killed: string | undefined;
  const kill = (because: string): void => {
    killed ??= because;
    killGroup(child.pid);
  };
  const cancel = clock.after(timeoutMs, () => kill(`timeout after ${timeoutMs / 1000} seconds`));
  const onEnding = (): void => kill(stopped);
  ending.addEventListener("abort", onEnding);
  const problem = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`cannot run ${command}: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (killed !== undefined) resolve(killed);
      else if (signal !== null) resolve(`killed by ${signal}`);
      else resolve(code === 0 ? undefined : `exit code ${code}`);
    });
  });
  cancel();
  ending.removeEventListener("abort", onEnding);
  // What it has left in the background would go on working on the volume.
  killGroup(child.pid);
  await Promise.race([closed, clock.sleep(lastWordsMs)]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  if (problem === undefined) return { ok: true, value: undefined };
  const said = output.trim();
  return { ok: false, error: said === "" ? problem : `${problem}: ${said}` };
}

/** The group bears the number of its first process, also when that one has ended. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
