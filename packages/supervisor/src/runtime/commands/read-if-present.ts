import { readdir, readFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";

/** The text of a file, or undefined when it is not there. A process that is gone counts as not there. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The names in a directory, or none when it is not there. */
export async function listIfPresent(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "ENOTDIR")) return [];
    throw error;
  }
}
