import { join } from "node:path";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { VolumePlan } from "../../backend/volume-backend.ts";
import type { Disk } from "../../disk/disk.ts";
import { renameDurably, syncDirectory, writeDurably } from "../../disk/durable.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { checkPlace, kindOfPath, makeParents } from "../../trash/place.ts";
import type { VolumeCopy } from "../copy/copy-volume.ts";
import { fillingOf } from "./layout.ts";
import type { CopyRequest, SnapshotStore } from "./snapshot-store.ts";

/** Written when the copy is whole, just before it is moved to its place. */
const wholeMark = "whole";

/**
 * Makes the directory of a new volume as a copy of another. It is copied beside and moved to its place by one rename, so what
 * is at that place is always whole; that it is ours is known by the mark that stays until the volume's object is there.
 * Undefined as value: an earlier attempt had done it.
 */
export async function fillVolume(
  plan: VolumePlan,
  { disk, store, wanted }: { readonly disk: Disk; readonly store: SnapshotStore; readonly wanted: CopyRequest },
): Promise<Result<VolumeCopy | undefined, string>> {
  await checkPlace(disk, plan);
  const filling = fillingOf(plan.base, plan.volume.metadata.name ?? "");
  const [data, mark] = [join(filling, "data"), join(filling, wholeMark)];
  if ((await kindOfPath(disk, mark)) !== "missing") {
    const isMoved = (await kindOfPath(disk, data)) === "missing" && (await kindOfPath(disk, plan.path)) === "directory";
    if (isMoved) {
      await syncBoth(disk, plan.path, filling);
      return { ok: true, value: undefined };
    }
    if ((await kindOfPath(disk, data)) === "directory") return await move(disk, { data, plan, copy: undefined });
  }
  await store.ensure(plan.base);
  let copy: VolumeCopy;
  try {
    copy = await store.copyInto(filling, wanted);
    await writeDurably(disk, mark, "");
  } catch (error) {
    // A copy that failed must not take up room until it is tried again; a file system that refuses this, too, is swept later.
    await removeTree(disk, filling).catch(() => {});
    throw error;
  }
  return await move(disk, { data, plan, copy });
}

interface Move {
  readonly data: string;
  readonly plan: VolumePlan;
  readonly copy: VolumeCopy | undefined;
}

async function move(disk: Disk, { data, plan, copy }: Move): Promise<Result<VolumeCopy | undefined, string>> {
  await makeParents(disk, plan);
  try {
    await renameDurably(disk, data, plan.path);
    return { ok: true, value: copy };
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR"))
      return { ok: false, error: `${plan.path} is in the way: the copy is to be moved there; move it away` };
    if (hasCode(error, "EXDEV"))
      return {
        ok: false,
        error: `${plan.path} is on another file system than ${plan.base}: choose another pathPattern`,
      };
    throw error;
  }
}

/** Whoever moved it may have been interrupted before it was on disk. */
async function syncBoth(disk: Disk, path: string, filling: string): Promise<void> {
  await syncDirectory(disk, join(path, ".."));
  await syncDirectory(disk, filling);
}
