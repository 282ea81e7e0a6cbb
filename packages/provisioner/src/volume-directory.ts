import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import fsExtra from "fs-extra";

/** The name local-path users know: `<volume>_<namespace>_<claim>`. */
export function directoryName(volume: string, claim: { readonly namespace: string; readonly name: string }): string {
  return `${volume}_${claim.namespace}_${claim.name}`;
}

/**
 * A volume's directory below `root`, or undefined when `path` is not exactly one: whatever an object says, nothing
 * outside the root is ever touched.
 */
export function ownDirectory(root: string, path: string): string | undefined {
  const name = path.slice(root.length + 1);
  const isDirectChild = dirname(path) === root && /^pvc-[a-z0-9][a-z0-9._-]*$/.test(name);
  return isDirectChild ? join(root, name) : undefined;
}

/** Makes the directory, writable for any user as local-path does, and on disk when this resolves. */
export async function makeDirectory(path: string): Promise<void> {
  await makeOne(path);
  // Not through the mode of mkdir, which the umask cuts.
  await fsExtra.chmod(path, 0o777);
  await syncDirectory(path);
  await syncDirectory(dirname(path));
}

/** Removes the directory with all it holds; one that is gone already is fine. Symlinks in it are not followed. */
export async function removeDirectory(path: string): Promise<void> {
  await fsExtra.remove(path);
  await syncDirectory(dirname(path));
}

async function makeOne(path: string): Promise<void> {
  try {
    await fsExtra.mkdir(path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const found = await fsExtra.lstat(path);
    if (!found.isDirectory())
      throw new Error(`${path} is in the way: a volume's directory must be a plain directory`, { cause: error });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
