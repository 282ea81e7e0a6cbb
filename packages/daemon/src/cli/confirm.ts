import { createInterface } from "node:readline/promises";
import { UsageError } from "../usage-error.ts";
import type { Values } from "./arguments.ts";

/** Whether to go on: yes with `--yes`, no with `--dry-run`, else as the person at the terminal says. */
export async function confirm(values: Values): Promise<boolean> {
  if (values["dry-run"] === true) return false;
  if (values["yes"] === true) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UsageError(
      "there is no terminal to ask at, so nothing was changed; say --yes to go on, or --dry-run to look",
    );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question("Proceed? [y/N] ")).trim());
  } finally {
    terminal.close();
  }
}
