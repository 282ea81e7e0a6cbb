import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { open } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { describeError, hasCode } from "@ordinal/runtime";
import type { Clock, Logger } from "@ordinal/runtime";
import { StartError } from "../../pod-runtime.ts";
import type { Session } from "../../pod-runtime.ts";
import { killDescendants } from "../adopt/find-processes.ts";
import { sendSignal } from "../adopt/send-signal.ts";
import { exitCodeOf, systemPath } from "../commands/run-command.ts";
import type { FifoPool } from "./fifo-pool.ts";
import { closeDescriptor, inputPipe, outputPipe } from "./pipes.ts";
import type { Pipe } from "./pipes.ts";
import { readReport } from "./report.ts";
import type { Report } from "./report.ts";
import { createTerminalSizer } from "./terminal-size.ts";

export interface ExecOptions {
  /** Leads into the container, to where the words of a further command are run; empty for none to enter. */
  readonly enter: readonly string[];
  /** The whole script that becomes the program; it reports on descriptor 3. */
  readonly script: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** For the short-lived file that the script is read from. */
  readonly directory: string;
  readonly pool: FifoPool;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Pipes {
  readonly stdin?: Pipe<Writable>;
  readonly stdout: Pipe<Readable>;
  readonly stderr?: Pipe<Readable>;
}

interface Spawned {
  readonly child: ChildProcess;
  readonly ended: Promise<number>;
  readonly reported: Promise<Report>;
}

const openDescriptor = promisify(open);
let scripts = 0;

/** Runs a script in a container. Resolves when its program is about to start; rejects with a `StartError` when it cannot be. */
export async function startExec(options: ExecOptions): Promise<Session> {
  const { pool, stdin, tty } = options;
  const pipes: Pipes = {
    ...(stdin ? { stdin: await inputPipe(pool) } : {}),
    stdout: await outputPipe(pool),
    ...(tty ? {} : { stderr: await outputPipe(pool) }),
  };
  const { child, ended, reported } = await spawnScript(options, pipes).catch((error: unknown) => {
    for (const pipe of Object.values(pipes)) pipe.ours.destroy();
    throw error;
  });
  const report = await reported;
  if (!report.ok) {
    await ended;
    for (const pipe of Object.values(pipes)) pipe.ours.destroy();
    throw new StartError(report.message === "" ? "the container is gone" : report.message);
  }
  return sessionOf(options, { child, ended, pipes });
}

/** The script is given as an open file, because it holds the environment, and command lines can be read by anybody. */
async function spawnScript(options: ExecOptions, { stdin, stdout, stderr }: Pipes): Promise<Spawned> {
  const theirs = [stdin?.theirs, stdout.theirs, stderr?.theirs].filter((each) => each !== undefined);
  const script = await openScript(options).catch(async (error: unknown) => {
    await Promise.all(theirs.map(closeDescriptor));
    throw error;
  });
  const [program, ...args] = [...options.enter, "/bin/sh", "/proc/self/fd/4"];
  const child = spawn(program, args, {
    stdio: [stdin?.theirs ?? "ignore", stdout.theirs, stderr?.theirs ?? stdout.theirs, "pipe", script],
    env: { PATH: systemPath },
    cwd: "/",
  });
  // At once, because it may end before anything else here does.
  const spawned = { child, ended: endOf(child), reported: readReport(child.stdio[3] as Readable) };
  await Promise.all([script, ...theirs].map(closeDescriptor));
  return spawned;
}

/** The name is gone when this resolves, the file when it is closed. */
async function openScript({ directory, script }: ExecOptions): Promise<number> {
  const path = join(directory, `exec-${process.pid}-${scripts++}.sh`);
  await writeFile(path, script, { mode: 0o600 });
  const descriptor = await openDescriptor(path, "r");
  await rm(path);
  return descriptor;
}

async function endOf(child: ChildProcess): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on("error", () => resolve(127));
  child.on("exit", (code, signal) => resolve(exitCodeOf(code, signal)));
  return await promise;
}

function sessionOf(
  { tty, enter, clock, log }: ExecOptions,
  { child, ended, pipes }: Pick<Spawned, "child" | "ended"> & { readonly pipes: Pipes },
): Session {
  const sizer = tty && child.pid !== undefined ? createTerminalSizer(child.pid, { clock, log }) : undefined;
  const exitCode = ended.then((code) => {
    sizer?.stop();
    pipes.stdin?.ours.destroy();
    return code;
  });
  // Somebody may write to a program that no longer reads; what became of it is said by its exit code.
  pipes.stdin?.ours.on("error", (error) => {
    if (!hasCode(error, "EPIPE", "ECONNRESET")) log.debug("cannot write to a command", { error: error.message });
  });
  return {
    ...(pipes.stdin === undefined ? {} : { stdin: pipes.stdin.ours }),
    stdout: pipes.stdout.ours,
    ...(pipes.stderr === undefined ? {} : { stderr: pipes.stderr.ours }),
    resize: (size) => sizer?.resize(size),
    exitCode,
    close() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      killCommand(child.pid, enter).catch((error: unknown) => {
        log.warn("cannot kill a command", { error: describeError(error) });
      });
    },
  };
}

/** What leads into a container waits for the command there, and ends as it does. */
async function killCommand(pid: number, enter: readonly string[]): Promise<void> {
  await killDescendants(pid);
  if (enter.length === 0) sendSignal(pid, "SIGKILL");
}
