import { access, constants, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** The file that a shell with this PATH would run, or undefined. */
export async function findProgram(program: string, searchPath: string): Promise<string | undefined> {
  if (program === "") return undefined;
  if (isAbsolute(program)) return (await isExecutable(program)) ? program : undefined;
  for (const directory of searchPath.split(":").filter(isAbsolute)) {
    const path = join(directory, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "ENOTDIR", "ELOOP")) return false;
    throw error;
  }
}
