import { statfs } from "node:fs/promises";

/** How full a file system is. */
export interface FileSystemFigures {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  /** What anybody but root may still write. */
  readonly availableBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
  /** The kind, by the number that statfs(2) lists. */
  readonly type: number;
}

/** Of the file system that holds the path. Source: `pkg/volume/util/fs` Info. */
export async function fileSystemFigures(path: string): Promise<FileSystemFigures> {
  const { type, bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return {
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    availableBytes: bavail * bsize,
    inodes: files,
    inodesFree: ffree,
    inodesUsed: files - ffree,
    type,
  };
}

/** Of btrfs and bcachefs: subvolumes look like file systems of their own, and share the room of all. */
export const subvolumeTypes: readonly number[] = [0x9123_683e, 0xca45_1a4e];
