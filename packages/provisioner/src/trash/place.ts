import { dirname, join, relative } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { VolumePlace } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import { syncDirectory } from "../disk/durable.ts";
import { emptyingOf, trashOf } from "./layout.ts";

export type PathKind = "directory" | "link" | "other" | "missing";

/** What a path itself is; a link is not followed. */
export async function kindOfPath(disk: Disk, path: Buffer | string): Promise<PathKind> {
  try {
    const found = await disk.lstat(path);
    if (found.isDirectory()) return "directory";
    return found.isSymbolicLink() ? "link" : "other";
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return "missing";
    throw error;
  }
}

/** Makes the trash of a base, private to us and on disk; one that is there already is fine. */
export async function ensureTrash(disk: Disk, base: string): Promise<void> {
  await ensurePrivate(disk, trashOf(base));
  await ensurePrivate(disk, emptyingOf(base));
}

/** Throws unless every step from the base to the path is a plain directory (the path itself may be anything) outside the trash. */
export async function checkPlace(disk: Disk, { base, path }: VolumePlace): Promise<void> {
  const steps = relative(base, path).split("/");
  const isBelow =
    join(base, ...steps) === path && !steps.includes("..") && !steps.includes("") && steps[0] !== ".trash";
  if (!isBelow) throw new Error(`will not touch ${JSON.stringify(path)}: it is not a volume directory below ${base}`);
  for (let parent = dirname(path); parent !== base; parent = dirname(parent)) {
    const kind = await kindOfPath(disk, parent);
    if (kind === "link" || kind === "other")
      throw new Error(`will not touch ${path}: ${parent} is not a plain directory`);
  }
}

/** Makes the base and the directories between it and the path, as `mkdir -p` does. On disk when it resolves. */
export async function makeParents(disk: Disk, { base, path }: VolumePlace): Promise<void> {
  if ((await kindOfPath(disk, base)) === "missing") {
    await disk.mkdir(base, { recursive: true });
    await syncDirectory(disk, dirname(base));
  }
  const missing: string[] = [];
  for (let parent = dirname(path); parent !== base; parent = dirname(parent))
    if ((await kindOfPath(disk, parent)) === "missing") missing.unshift(parent);
  for (const parent of missing) {
    await disk.mkdir(parent, 0o755);
    await syncDirectory(disk, dirname(parent));
  }
}

async function ensurePrivate(disk: Disk, path: string): Promise<void> {
  const kind = await kindOfPath(disk, path);
  if (kind === "directory") return;
  if (kind !== "missing") throw new Error(`${path} is in the way: the trash must be a plain directory; move it away`);
  try {
    await disk.mkdir(path, 0o700);
  } catch (error) {
    // Another process of ours may have been faster.
    if (!hasCode(error, "EEXIST")) throw error;
  }
  await syncDirectory(disk, path);
  await syncDirectory(disk, dirname(path));
}
