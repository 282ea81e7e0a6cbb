import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** One file of a volume made from objects; `path` is relative, and may have folders in it. */
export interface VolumeFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

/**
 * Makes a directory hold exactly these files, so that readers see all old or all new ones: the files are in a directory
 * of their own, reached through the link `..data`, which is replaced at once. Source: `pkg/volume/util` AtomicWriter.
 */
export async function writeAtomically(directory: string, files: readonly VolumeFile[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  const before = await currentVersion(directory);
  if (before !== undefined && (await holdsExactly(join(directory, before), files))) return;
  const version = await mkdtemp(join(directory, "..version-"));
  await chmod(version, 0o755);
  for (const file of files) await writeOne(join(version, file.path), file);
  await symlink(basename(version), join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, "..data"));
  await linkTopLevel(directory, files);
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
}

async function currentVersion(directory: string): Promise<string | undefined> {
  try {
    return await readlink(join(directory, "..data"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function holdsExactly(version: string, files: readonly VolumeFile[]): Promise<boolean> {
  try {
    const entries = await readdir(version, { recursive: true, withFileTypes: true });
    if (entries.filter((entry) => entry.isFile()).length !== files.length) return false;
    for (const file of files) {
      if (!(await readFile(join(version, file.path))).equals(file.content)) return false;
    }
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function writeOne(path: string, { content, mode }: VolumeFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}

/** A link for each first path part, and none for what is gone. */
async function linkTopLevel(directory: string, files: readonly VolumeFile[]): Promise<void> {
  const wanted = new Set(files.map((file) => file.path.split("/")[0] ?? file.path));
  const present = (await readdir(directory)).filter((name) => !name.startsWith(".."));
  for (const name of present.filter((each) => !wanted.has(each))) await rm(join(directory, name));
  for (const name of [...wanted].filter((each) => !present.includes(each))) {
    await symlink(join("..data", name), join(directory, name));
  }
}
