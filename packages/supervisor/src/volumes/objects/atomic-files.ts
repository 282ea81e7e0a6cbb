import {
  chmod,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { planOwnership } from "../ownership/plan-ownership.ts";

/** One file of a volume made from objects; `path` is relative, and may have folders in it. */
export interface VolumeFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

export interface AtomicOptions {
  readonly nowMs: number;
  /** The pod's fsGroup, which gets all of the files to read. */
  readonly fsGroup?: number;
}

/**
 * Makes a directory hold exactly these files, so that readers see all old or all new ones: the files are in a directory
 * of their own, reached through the link `..data`, which is replaced at once. Nothing is written when nothing has
 * changed, and what a crash left half done goes. Source: `pkg/volume/util` AtomicWriter.
 */
export async function writeAtomically(
  directory: string,
  files: readonly VolumeFile[],
  { nowMs, fsGroup }: AtomicOptions,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await makeRoot(directory, fsGroup);
  const before = await currentVersion(directory);
  await removeLeftovers(directory, before);
  if (before !== undefined && (await holdsExactly(join(directory, before), files))) {
    // A crash may have come between the two.
    return await linkTopLevel(directory, files);
  }
  const version = await mkdtemp(join(directory, `..${timestampName(nowMs)}.`));
  await chmod(version, 0o755);
  for (const file of files) await writeOne(join(version, file.path), file);
  if (fsGroup !== undefined) await giveToGroup(version, fsGroup);
  await symlink(basename(version), join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, "..data"));
  await linkTopLevel(directory, files);
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
}

async function makeRoot(directory: string, fsGroup: number | undefined): Promise<void> {
  if (fsGroup === undefined) return await chmod(directory, 0o755);
  await lchown(directory, -1, fsGroup);
  await chmod(directory, 0o2755);
}

/** As upstream names its versions: the time to the second. */
function timestampName(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "_");
}

async function currentVersion(directory: string): Promise<string | undefined> {
  try {
    return await readlink(join(directory, "..data"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function removeLeftovers(directory: string, current: string | undefined): Promise<void> {
  const hidden = (await readdir(directory)).filter((name) => name.startsWith(".."));
  const left = hidden.filter((name) => name !== "..data" && name !== current);
  for (const name of left) await rm(join(directory, name), { recursive: true, force: true });
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
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return false;
    throw error;
  }
}

async function writeOne(path: string, { content, mode }: VolumeFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
  await chmod(path, mode);
}

/** Upstream gives the group what lets it read, and directories their set-group-id bit, for a volume that pods only read. */
async function giveToGroup(version: string, gid: number): Promise<void> {
  const entries = await readdir(version, { recursive: true, withFileTypes: true });
  const paths = [version, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  for (const path of paths) {
    const stats = await stat(path);
    const file = { gid: stats.gid, mode: stats.mode, isDirectory: stats.isDirectory(), isLink: false };
    const { mode } = planOwnership(file, { gid, readOnly: true });
    await lchown(path, -1, gid);
    if (mode !== undefined) await chmod(path, mode);
  }
}

/** A link for each first path part, and none for what is gone. */
async function linkTopLevel(directory: string, files: readonly VolumeFile[]): Promise<void> {
  const wanted = new Set(files.map((file) => file.path.split("/")[0] ?? file.path));
  const present = (await readdir(directory)).filter((name) => !name.startsWith(".."));
  for (const name of [...wanted].filter((each) => !present.includes(each))) {
    await symlink(join("..data", name), join(directory, name));
  }
  for (const name of present.filter((each) => !wanted.has(each))) await rm(join(directory, name));
}
