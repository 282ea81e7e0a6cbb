import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** Before a command: with the priority that our DNS process takes. nice(1) goes on without where it may not. */
export const aheadOfOthers = ["nice", "-n", String(constants.priority.PRIORITY_HIGH)] as const;

export interface StartOptions {
  /** The one core it may run on; left out, any. */
  readonly core?: number | undefined;
  readonly stdio?: StdioOptions;
}

/** A folder and the processes of a benchmark. However this process ends, short of SIGKILL, nothing of them is left. */
export class Workshop {
  readonly dir: string;
  readonly #children = new Set<ChildProcess>();
  readonly #onExit = (): void => {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  };
  readonly #onSignal = (signal: NodeJS.Signals): void => process.exit(signal === "SIGINT" ? 130 : 143);

  private constructor(dir: string) {
    this.dir = dir;
    process.on("exit", this.#onExit);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, this.#onSignal);
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), "ordinal-bench-dns-")));
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Starts a program; what it says on standard error is shown unless `stdio` says otherwise. */
  start(
    command: readonly string[],
    { core, stdio = ["ignore", "ignore", "inherit"] }: StartOptions = {},
  ): ChildProcess {
    const [program = "", ...args] = core === undefined ? command : ["taskset", "-c", String(core), ...command];
    return this.keep(spawn(program, args, { stdio, cwd: this.dir }));
  }

  /** Starts a program whose words go to a file. */
  startLogged(command: readonly string[], { core, file }: { core?: number | undefined; file: string }): ChildProcess {
    const log = openSync(file, "a");
    try {
      return this.start(command, { core, stdio: ["ignore", log, log] });
    } finally {
      closeSync(log);
    }
  }

  /** Takes over a process started elsewhere. */
  keep(child: ChildProcess): ChildProcess {
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    child.once("error", () => this.#children.delete(child));
    return child;
  }

  /** Ends a process at once and waits until it is gone. */
  async end(child: ChildProcess): Promise<void> {
    if (hasEnded(child)) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async clean(): Promise<void> {
    await Promise.all([...this.#children].map(async (child) => await this.end(child)));
    await rm(this.dir, { recursive: true, force: true });
    process.off("exit", this.#onExit);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, this.#onSignal);
  }
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
