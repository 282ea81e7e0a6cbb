import { join } from "node:path";
import type { Clock } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { syncTree } from "../../disk/sync-tree.ts";
import type { Freeze } from "../freeze/freeze.ts";
import type { CloneSupport } from "./clone-support.ts";
import type { Consistency } from "./consistency.ts";
import { tickMs } from "./fingerprint.ts";
import { measure, type Extent } from "./measure.ts";
import type { CopyTools } from "./tools.ts";
import { createTreeCopy, type LeftOut, type Round, type TreeCopy } from "./tree-copy.ts";

export interface VolumeCopyOptions {
  readonly disk: Disk;
  readonly tools: CopyTools;
  readonly clock: Clock;
  readonly clones: CloneSupport;
  /** The directory to copy. Others may change it meanwhile. */
  readonly from: string;
  /** An empty directory of ours. The copy will be `data` in it. */
  readonly draft: string;
  readonly signal: AbortSignal;
  /** Stops all writes to the volume, where that can be done. */
  readonly freeze?: () => Promise<Freeze | undefined>;
  /** Told from time to time, when bytes have to be copied one by one. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface VolumeCopy {
  readonly consistency: Consistency;
  /** The moment the copy shows, in milliseconds. */
  readonly takenMs: number;
  readonly leftOut: LeftOut;
  readonly ownersLost: number;
  /** Why extended attributes were not all copied. */
  readonly attributesLost?: string;
}

/** So many files are synced one by one; for more, their whole file system is, with all that others have written to it. */
const fewEntries = 256;
/** How often what changed meanwhile is copied again. */
const repairs = 3;

/**
 * Copies a directory as it was at one moment, if it can be had: what has changed during the copy is copied again, until a look at
 * everything finds nothing different. Then the copy is what was there when that look began. On disk when it resolves.
 */
export async function copyVolume(options: VolumeCopyOptions): Promise<VolumeCopy> {
  const { disk, tools, clock, clones, from, draft, signal, onProgress } = options;
  const to = join(draft, "data");
  const aside = join(draft, "aside");
  await disk.mkdir(to, 0o700);
  await disk.mkdir(aside, 0o700);
  const mayClone = await clones.canClone(from, draft);
  const { bytes: totalBytes, entries } = await look(options, mayClone);
  const hasFew = entries <= fewEntries;
  let bytes = 0;
  const syncedMs = hasFew ? Number.NEGATIVE_INFINITY : clock.now();
  if (!hasFew) await tools.sync(from);
  const begin = (whole: AbortSignal): TreeCopy =>
    createTreeCopy({
      disk,
      tools,
      clock,
      from,
      to,
      aside,
      mayClone,
      syncedMs,
      signal: whole,
      onBytes(count) {
        bytes += count;
        if (!mayClone) onProgress?.({ bytes: Math.min(bytes, totalBytes), totalBytes });
      },
    });
  const { copy, attributesLost, ...settled } =
    (await copyFrozen(begin, { options, to })) ?? (await settle(begin(signal), { options, to }));
  await removeTree(disk, aside);
  if (hasFew) await syncTree(disk, draft);
  else await tools.sync(draft);
  const { sockets, devices, mounts } = copy.leftOut;
  return {
    ...settled,
    leftOut: { sockets, devices, mounts },
    ownersLost: copy.ownersLost,
    ...(attributesLost === undefined ? {} : { attributesLost }),
  };
}

interface Settled {
  readonly copy: TreeCopy;
  readonly consistency: Consistency;
  readonly takenMs: number;
  readonly attributesLost: string | undefined;
}

interface Copying {
  readonly options: VolumeCopyOptions;
  readonly to: string;
}

/** One round while nobody can write. Undefined where that cannot be done, or takes too long for those who want to write. */
async function copyFrozen(
  begin: (signal: AbortSignal) => TreeCopy,
  { options: { clock, disk, tools, draft, freeze, from, signal }, to }: Copying,
): Promise<Settled | undefined> {
  const frozen = await freeze?.();
  if (frozen === undefined) return undefined;
  const takenMs = clock.now();
  const copy = begin(AbortSignal.any([signal, frozen.lost]));
  try {
    await copy.copy();
    const attributesLost = await tools.copyExtendedAttributes(from, to);
    if (await frozen.release()) return { copy, consistency: { is: "crash-consistent" }, takenMs, attributesLost };
  } catch (error) {
    if (!frozen.lost.aborted || signal.aborted) throw error;
  } finally {
    await frozen.release();
  }
  for (const name of ["data", "aside"]) {
    await removeTree(disk, join(draft, name));
    await disk.mkdir(join(draft, name), 0o700);
  }
  return undefined;
}

async function settle(copy: TreeCopy, { options: { clock, tools, from, signal }, to }: Copying): Promise<Settled> {
  let last: Round = await copy.copy();
  for (let attempt = 0; ; attempt += 1) {
    const copiedMs = clock.now();
    const attributesLost = await tools.copyExtendedAttributes(from, to);
    // So that what was changed while it was read shows in its times.
    await clock.sleep(2 * tickMs, signal);
    const takenMs = clock.now();
    const seen = await copy.compare();
    if (seen.changed === 0) return { copy, consistency: { is: "crash-consistent" }, takenMs, attributesLost };
    const isLoneClone = last.isCloned === true && seen.only !== undefined && seen.only === last.only;
    // All else has stood still since before that file was cloned in one instant.
    if (isLoneClone) return { copy, consistency: { is: "crash-consistent" }, takenMs: copiedMs, attributesLost };
    if (attempt >= repairs) {
      return { copy, consistency: { is: "fuzzy", changedFiles: seen.changed }, takenMs: copiedMs, attributesLost };
    }
    last = await copy.copy();
  }
}

/** How much there is to copy; no more than is of interest. Throws when the file system of the copy has no room for it. */
async function look({ disk, from, draft, signal }: VolumeCopyOptions, mayClone: boolean): Promise<Extent> {
  const extent = await measure(disk, from, {
    signal,
    mostEntries: mayClone ? fewEntries + 1 : Number.POSITIVE_INFINITY,
  });
  if (mayClone) return extent;
  const { bavail, bsize } = await disk.statfs(draft);
  const free = bavail * bsize;
  if (extent.bytes > free) {
    throw new Error(
      `a copy takes ${extent.bytes} bytes, and ${free} are free on the file system of ${draft}: make room, or empty the trash`,
    );
  }
  return extent;
}
