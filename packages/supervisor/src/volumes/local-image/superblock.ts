import { open } from "node:fs/promises";

/** What the head of an ext4 says of it. */
export interface Superblock {
  /** How large the file system is, which is not how large the image is. */
  readonly bytes: bigint;
  readonly blockBytes: number;
  /** How large its journal is: what may have to be written before it can be mounted. */
  readonly journalBytes: bigint;
  /** Unmounted in order, and without a fault that anybody noticed. */
  readonly isClean: boolean;
}

const offset = 1024;
const length = 1024;
const magic = 0xef53;
const stateIsClean = 0x0001;
const journalIsNeeded = 0x0004;
const has64Bits = 0x0080;

/** Reads the superblock of an image or device; undefined when there is no ext4 in it. */
export async function readSuperblock(path: string): Promise<Superblock | undefined> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return bytesRead < length ? undefined : parseSuperblock(buffer);
  } finally {
    await handle.close();
  }
}

/** Source: the kernel's `Documentation/filesystems/ext4/super.rst`. */
function parseSuperblock(block: Buffer): Superblock | undefined {
  if (block.readUInt16LE(0x38) !== magic) return undefined;
  const features = block.readUInt32LE(0x60);
  const high = (features & has64Bits) === 0 ? 0 : block.readUInt32LE(0x150);
  const blocks = (BigInt(high) << 32n) + BigInt(block.readUInt32LE(0x04));
  const blockBytes = 1024 << block.readUInt32LE(0x18);
  return {
    bytes: blocks * BigInt(blockBytes),
    blockBytes,
    journalBytes: (BigInt(block.readUInt32LE(0x148)) << 32n) + BigInt(block.readUInt32LE(0x14c)),
    isClean: block.readUInt16LE(0x3a) === stateIsClean && (features & journalIsNeeded) === 0,
  };
}
