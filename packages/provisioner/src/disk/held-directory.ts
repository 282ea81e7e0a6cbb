import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { Disk } from "./disk.ts";

/**
 * A directory that is held open, so that names in it are reached through it and not through a path: whoever may write
 * above or beside it cannot lead us elsewhere by exchanging a directory for a link, and no path gets too long. Names are
 * bytes, because a file's name need not be text.
 */
export interface HeldDirectory {
  /** A path to the entry of this name, or to the directory itself. True while the directory is held. */
  at(name?: Buffer): Buffer;
  /** Names of all entries, in no order. */
  names(): Promise<readonly Buffer[]>;
  /** The directory of this name in it. Throws ENOTDIR or ELOOP for anything else, a link to a directory included. */
  enter(name: Buffer): Promise<HeldDirectory>;
  close(): Promise<void>;
}

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** From this depth on, the directories above are let go and found again on the way back, so that depth costs no open files. */
const heldLevels = 32;
const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Only Linux reaches an open directory by a path; elsewhere the plain path has to do. */
const reachesByHandle = process.platform === "linux";

/** Holds the directory of this path; the last step of the path may not be a link. */
export async function holdDirectory(disk: Disk, path: string | Buffer): Promise<HeldDirectory> {
  return held(await disk.open(path, flags), { disk, plain: Buffer.from(path), above: undefined });
}

interface Where {
  readonly disk: Disk;
  /** The path it was opened by. */
  readonly plain: Buffer;
  readonly above: Parkable | undefined;
}

/** What lets go of its handle while work goes on far below. */
interface Parkable {
  park(): Promise<void>;
  /** Opens it again from the one below it. Throws when it is not that one's parent any more. */
  unpark(below: Buffer): Promise<void>;
  readonly above: Parkable | undefined;
}

function held(first: FileHandle, { disk, plain, above }: Where): HeldDirectory {
  let handle: FileHandle | undefined = first;
  let identity: Identity | undefined;

  const root = (): Buffer => {
    if (handle === undefined) throw new Error("a directory was used while it was not held");
    return reachesByHandle ? Buffer.from(`/proc/self/fd/${handle.fd}`) : plain;
  };
  const at = (name?: Buffer): Buffer => (name === undefined ? root() : Buffer.concat([root(), slash, name]));

  const self: Parkable = {
    above,
    async park() {
      if (handle === undefined || !reachesByHandle) return;
      const { dev, ino } = await handle.stat({ bigint: true });
      identity = { dev, ino };
      await handle.close();
      handle = undefined;
    },
    async unpark(below) {
      if (handle !== undefined || !reachesByHandle) return;
      const found = await disk.open(Buffer.concat([below, parent]), flags);
      const { dev, ino } = await found.stat({ bigint: true });
      if (dev !== identity?.dev || ino !== identity.ino) {
        await found.close();
        throw new Error("a directory was moved away while it was read");
      }
      handle = found;
    },
  };

  /** The one `heldLevels` above the next one to be entered. */
  function farAbove(): Parkable | undefined {
    let far: Parkable | undefined = self;
    for (let level = 0; level < heldLevels && far !== undefined; level += 1) far = far.above;
    return far;
  }

  return {
    at,
    async names() {
      return await disk.readdir(at(), { encoding: "buffer" });
    },
    async enter(name) {
      const entered = await disk.open(at(name), flags);
      await farAbove()?.park();
      return held(entered, { disk, plain: Buffer.concat([plain, slash, name]), above: self });
    },
    async close() {
      const path = at();
      try {
        await above?.unpark(path);
      } finally {
        await handle?.close();
        handle = undefined;
      }
    },
  };
}

const slash = Buffer.from("/");
const parent = Buffer.from("/..");
