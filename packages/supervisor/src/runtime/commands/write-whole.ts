import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";

/** Replaces a file at once: readers, and whoever comes after a crash, see the old text or the new one. Mode 0600. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
