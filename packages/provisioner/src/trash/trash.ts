import type { PersistentVolume } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { KnownBases } from "../backend/known-bases.ts";
import type { VolumeFiller, VolumePlace } from "../backend/volume-backend.ts";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { askedEntry } from "./choose.ts";
import type { FreeSpace } from "./free-space.ts";
import { holdOf } from "./hold.ts";
import { ensureTrash } from "./place.ts";
import { putInTrash, type Kept } from "./put.ts";
import { restoreEntry } from "./restore.ts";
import { startSweeper } from "./sweeper.ts";
import { createTurns } from "./turns.ts";

/** Where deleted volumes wait: a person can have them back, until their time is over or the disk needs the room. */
export interface Trash extends Stoppable {
  /** Moves a volume's directory beside the volumes of its base, durably, with a record of what it was. Holding time 0 removes it at once; a large tree may go on shrinking after that. Repeatable: done already is fine. */
  put(place: VolumePlace, volume: PersistentVolume): Promise<void>;
  /** Fills new volumes from the trash for claims with the annotation ordinal.internal/restore-from. */
  readonly filler: VolumeFiller;
  /** For one who met ENOSPC: removes entries, oldest first, until this many bytes are free at the base. Whether it made any room. */
  makeRoom(base: string, bytes: bigint): Promise<boolean>;
}

export interface TrashOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Defaults to the real one. */
  readonly disk?: Disk;
  /** Each of them may have a trash. */
  readonly bases: KnownBases;
  /** How long deleted volumes are kept. Defaults to 24 h; 0: not at all. */
  readonly holdMs?: number;
  /** With less than this free, entries are removed, oldest first. Defaults to 10 % of the file system, as the kubelet's `nodefs.available`. */
  readonly minFree?: FreeSpace;
  /** How often expiry and free space are looked at. Defaults to 10 000 ms, as the kubelet's monitoring of evictions. */
  readonly checkMs?: number;
}

/** What a record and the growth of a directory may take. */
const roomForRecords = 2n ** 20n;

const defaultHoldMs: number = 24 * 3_600_000;
const defaultMinFree: FreeSpace = { percent: 10 };

/** Takes up the trash as an earlier process has left it, whatever it was doing. */
export async function openTrash(options: TrashOptions): Promise<Trash> {
  const { client, clock, log, disk = nodeDisk, bases, holdMs = defaultHoldMs } = options;
  const { minFree = defaultMinFree, checkMs = 10_000 } = options;
  await ensureTrash(disk, bases.home);
  const turns = createTurns();
  const sweeper = startSweeper({ client, clock, log, disk, bases, minFree, checkMs, turns });

  async function putOnce(place: VolumePlace, volume: PersistentVolume, heldMs: number): Promise<Kept> {
    await bases.remember(place.base);
    return await turns.shared(async () => putInTrash(disk, { place, volume, holdMs: heldMs, now: clock.now(), log }));
  }

  /** On a full disk there is no room for a record: then the trash gives way, at last the volume itself. */
  async function putSomehow(place: VolumePlace, volume: PersistentVolume): Promise<Kept> {
    const heldMs = await holdOf(volume, { client, holdMs, log });
    try {
      return await putOnce(place, volume, heldMs);
    } catch (error) {
      if (!hasCode(error, "ENOSPC", "EDQUOT")) throw error;
    }
    await sweeper.makeRoom(place.base, roomForRecords);
    try {
      return await putOnce(place, volume, heldMs);
    } catch (error) {
      if (!hasCode(error, "ENOSPC", "EDQUOT")) throw error;
      log.warn("the disk is full: a deleted volume is removed at once and not kept", { path: place.path });
      return await putOnce(place, volume, 0);
    }
  }

  return {
    async put(place, volume) {
      const kept = await putSomehow(place, volume);
      if (kept.is === "kept") sweeper.noteKept(place.base, kept.expiresMs);
      if (kept.is === "emptying") await sweeper.empty(place.base, kept.name);
    },
    filler: {
      wants: (claim) => askedEntry(claim) !== undefined,
      async fill(plan, request) {
        const result = await turns.alone(async () => restoreEntry(disk, { bases: bases.list(), plan, request }));
        if (!result.ok) return result;
        const { base, record } = result.value;
        log.info("a volume was restored from the trash", { entry: record.entry, path: plan.path });
        sweeper.noteMoved(base);
        return { ok: true, value: undefined };
      },
    },
    makeRoom: async (base, bytes) => await sweeper.makeRoom(base, bytes),
    stop: async () => await sweeper.stop(),
  };
}
