import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { eventually } from "./eventually.ts";

/** A block of lines has this long to end. */
const blockMs = 60_000;

/**
 * A shell that blocks of lines are pasted into, one after the other, as a user does it with a walk. The first line that
 * fails, or that eats the lines after it, ends the shell: no block is taken after that.
 */
export class PastedShell {
  readonly #shell: ChildProcess;
  #output = "";
  #blocks = 0;

  /** Takes over a shell process that reads commands from its standard input. */
  constructor(shell: ChildProcess) {
    this.#shell = shell;
    const collect = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    shell.stdout?.on("data", collect);
    shell.stderr?.on("data", collect);
    // A shell that has ended is noticed by its exit code.
    shell.stdin?.on("error", () => {});
    shell.stdin?.write("set -e\n");
  }

  /** What the block printed. Throws with it when a line fails. */
  async paste(block: string): Promise<string> {
    if (this.#hasEnded()) throw new Error("the shell has ended at an earlier block");
    this.#output = "";
    const end = `(end of block ${++this.#blocks})\n`;
    this.#shell.stdin?.write(`${block}\nprintf '%s\\n' '${end.trim()}'\n`);
    try {
      await eventually("the block ended", () => this.#output.includes(end) || this.#hasEnded(), blockMs);
    } catch (error) {
      this.#shell.kill();
      throw new Error(`${block}\nprinted this, and then nothing more:\n${this.#output}`, { cause: error });
    }
    if (!this.#output.includes(end)) throw new Error(`a line failed in\n${block}\nwhich printed\n${this.#output}`);
    return this.#output.slice(0, this.#output.indexOf(end));
  }

  async end(): Promise<void> {
    if (this.#hasEnded()) return;
    const ended = once(this.#shell, "exit");
    this.#shell.stdin?.end();
    await ended;
  }

  #hasEnded(): boolean {
    return this.#shell.exitCode !== null || this.#shell.signalCode !== null;
  }
}
