import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../commands/write-whole.ts";
import { shimScript, startScript } from "./shim-scripts.ts";

/** Where the shell scripts lie. */
export interface InstalledScripts {
  readonly start: string;
  readonly shim: string;
}

/**
 * Writes the scripts below `directory`, under names made from their content: a shell reads its script while it runs,
 * so one that an older daemon's shims still read must never change.
 */
export async function installScripts(directory: string): Promise<InstalledScripts> {
  await mkdir(directory, { recursive: true });
  const [start, shim] = await Promise.all([
    install(directory, { name: "start", text: startScript }),
    install(directory, { name: "shim", text: shimScript }),
  ]);
  return { start, shim };
}

async function install(directory: string, { name, text }: { name: string; text: string }): Promise<string> {
  const path = join(directory, `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.sh`);
  await writeWhole(path, text);
  return path;
}
