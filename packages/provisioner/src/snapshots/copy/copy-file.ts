import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { Disk } from "../../disk/disk.ts";
import { cloneFlags, isNoClone } from "./clone-support.ts";

export interface FileCopy {
  readonly disk: Disk;
  /** The open source. */
  readonly source: FileHandle;
  /** Its path, for where an open file has none. */
  readonly sourcePath: Buffer;
  readonly target: Buffer;
  /** How much there is to copy. What is appended meanwhile is left for the next round. */
  readonly size: bigint;
  readonly mayClone: boolean;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

const chunkBytes = 1_048_576;
/** Holes are kept in steps of this size. */
const holeBytes = 65_536;
const zeros = Buffer.alloc(holeBytes);

/** Makes `target`, which is not there yet, with the bytes of the source. True when it is a clone, made in one instant. */
export async function copyFile(copy: FileCopy): Promise<boolean> {
  if (copy.mayClone && (await isCloned(copy))) {
    copy.onBytes(Number(copy.size));
    return true;
  }
  await copyBytes(copy);
  return false;
}

async function isCloned({ disk, source, sourcePath, target }: FileCopy): Promise<boolean> {
  // Through the open file, since its name may lead elsewhere by now.
  const from = process.platform === "linux" ? `/proc/self/fd/${source.fd}` : sourcePath;
  try {
    await disk.copyFile(from, target, cloneFlags);
    return true;
  } catch (error) {
    if (!isNoClone(error)) throw error;
    return false;
  }
}

/** What is nothing but zeros is not written, so that holes stay holes. */
async function copyBytes({ disk, source, target, size, signal, onBytes }: FileCopy): Promise<void> {
  const to = await disk.open(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const buffer = Buffer.allocUnsafe(Number(size < BigInt(chunkBytes) ? size : BigInt(chunkBytes)));
    let at = 0;
    while (at < Number(size)) {
      signal.throwIfAborted();
      const wanted = Math.min(buffer.length, Number(size) - at);
      const { bytesRead } = await source.read(buffer, 0, wanted, at);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      for (const [start, end] of filledParts(chunk)) await writeAll(to, chunk.subarray(start, end), at + start);
      at += bytesRead;
      onBytes(bytesRead);
    }
    await to.truncate(at);
  } finally {
    await to.close();
  }
}

/** The parts that are not all zeros, as beginning and end. */
function filledParts(chunk: Buffer): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  for (let start = 0; start < chunk.length; start += holeBytes) {
    const block = chunk.subarray(start, start + holeBytes);
    if (block.equals(zeros.subarray(0, block.length))) continue;
    const last = parts.at(-1);
    if (last?.[1] === start) last[1] = start + block.length;
    else parts.push([start, start + block.length]);
  }
  return parts;
}

async function writeAll(to: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await to.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}
