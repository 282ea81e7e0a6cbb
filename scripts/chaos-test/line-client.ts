import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How long a database may take for one line; they acknowledge in milliseconds, and a pod that is gone says nothing. */
const answerMs = 1_000;

/** A command-line client that answers each line with one line. */
export interface LineClient {
  /** Rejects when the client ends, or does not answer in time. */
  ask(line: string): Promise<string>;
  close(): void;
}

/** Starts the client; what it says on standard error is part of why it ended. */
export function startLineClient(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): LineClient {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
  // The next answer says that it has ended.
  child.stdin.on("error", () => {});
  child.on("error", (error) => (words += error.message));
  return {
    async ask(line) {
      const late = setTimeout(() => child.kill("SIGKILL"), answerMs);
      try {
        child.stdin.write(`${line}\n`);
        const answer = await lines.next();
        if (answer.done === true) throw new Error(`${program} ended: ${words.trim()}`);
        return answer.value;
      } finally {
        clearTimeout(late);
      }
    },
    close: () => child.kill("SIGKILL"),
  };
}

/** What a client prints, line by line, when it is run to its end. */
export async function linesOf(
  [program = "", ...args]: readonly string[],
  { input = "", env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<readonly string[]> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  let [said, words] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${words.trim()}`);
  return said.split("\n").filter((line) => line !== "");
}
