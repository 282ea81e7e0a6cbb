import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { projectDir, type Machine } from "./machine.ts";
import { PastedShell } from "./pasted-shell.ts";

/** Lines to paste, and the words right above them. */
export interface Block {
  readonly title: string;
  readonly text: string;
}

/** The blocks of shell lines in a section of a page. */
export function shellBlocks(page: string, section: string): readonly Block[] {
  const text = `\n${readFileSync(join(projectDir, page), "utf8")}`;
  const [, rest = ""] = text.split(`\n${section}\n`);
  const [body = ""] = rest.split("\n## ");
  return [...body.matchAll(/(?<above>.*?)^```sh\n(?<text>.*?)\n```$/gms)].map(({ groups }) => ({
    title: groups?.["above"]?.trim().split("\n\n").at(-1)?.replaceAll("\n", " ") ?? "",
    text: groups?.["text"] ?? "",
  }));
}

const startMs = 60_000;
const terminalMs = 30_000;

/**
 * Follows blocks as a user on a machine does, from the project's folder and with a home of their own: what starts Ordinal
 * goes into a first terminal, what needs a terminal gets one and is typed, and everything else is pasted into one shell.
 */
export class Walk {
  readonly #machine: Machine;
  readonly #shell: PastedShell;
  #daemonOutput = "";

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#shell = new PastedShell(machine.spawn(inProject("unset KUBECONFIG; exec sh")));
  }

  /** What the first terminal has shown since Ordinal was last started. */
  get daemonOutput(): string {
    return this.#daemonOutput;
  }

  /** What the block showed. Throws with it when something went wrong. */
  async follow({ text }: Block): Promise<string> {
    if (/^scripts\/start\b/m.test(text)) return await this.#start(text);
    return text.includes("--tty") ? await this.#type(text) : await this.#shell.paste(text);
  }

  async end(): Promise<void> {
    await this.#shell.end();
  }

  async #start(text: string): Promise<string> {
    const terminal = this.#machine.spawn(inProject(text));
    this.#daemonOutput = "";
    for (const stream of [terminal.stdout, terminal.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#daemonOutput += chunk.toString()));
    }
    const isReady = (): boolean => {
      if (terminal.exitCode !== null) throw new Error(`${text} ended:\n${this.#daemonOutput}`);
      return this.#daemonOutput.includes("Ordinal is ready.");
    };
    await eventually("Ordinal is ready", isReady, startMs);
    return this.#daemonOutput;
  }

  /** The first line brings a prompt, at which the others are typed. */
  async #type(text: string): Promise<string> {
    const [command = "", ...typed] = text.split("\n");
    const terminal = this.#machine.spawn(["script", "-qefc", command, "/dev/null"]);
    let shown = "";
    terminal.stdout?.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    await eventually("there is a prompt", () => /[#$] $/.test(shown), terminalMs);
    terminal.stdin?.write(`${typed.join("\n")}\n`);
    await eventually("the terminal is closed", () => terminal.exitCode !== null, terminalMs);
    if (terminal.exitCode !== 0) throw new Error(`${command} ended with ${terminal.exitCode}:\n${shown}`);
    return shown.replaceAll("\r", "");
  }
}

/** A process on a machine begins in the machine's own directory, which becomes home. */
function inProject(text: string): readonly string[] {
  return ["sh", "-c", `HOME=$PWD TMPDIR=$PWD; export HOME TMPDIR; cd '${projectDir}'\n${text}`];
}
