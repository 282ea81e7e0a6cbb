import { close, constants, open, read } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { hasCode } from "@ordinal/runtime";
import type { FifoPool } from "./fifo-pool.ts";

/** One end is ours; the other is a descriptor to give to a child, and to close afterwards. */
export interface Pipe<End> {
  readonly ours: End;
  readonly theirs: number;
}

// Plain descriptors: a FileHandle would close what has been given to a stream or a child.
const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
/** Closes a plain descriptor. */
export async function closeDescriptor(descriptor: number): Promise<void> {
  await promisify(close)(descriptor);
}

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** A pipe that the child writes and we read. It ends when the last process that has it is gone. */
export async function outputPipe(pool: FifoPool): Promise<Pipe<Readable>> {
  const path = await pool.take();
  // A reader that reads before there is a writer sees the end.
  const reader = await openDescriptor(path, O_RDONLY | O_NONBLOCK);
  const theirs = await openDescriptor(path, O_WRONLY);
  await rm(path);
  return { ours: new Socket({ fd: reader, readable: true, writable: false }), theirs };
}

/** A pipe that we write and the child reads. */
export async function inputPipe(pool: FifoPool): Promise<Pipe<Writable>> {
  const path = await pool.take();
  // Each opening needs the other end to be there, and only one that does not block can be first.
  const first = await openDescriptor(path, O_RDONLY | O_NONBLOCK);
  const ours = await openWriter(path);
  const theirs = await openDescriptor(path, O_RDONLY);
  await closeDescriptor(first);
  await rm(path);
  return { ours, theirs };
}

/**
 * To watch a FIFO's writers by: it says when they write, and ends with the last of them; undefined when there is none.
 * That has to be asked: for a reader that came after the last writer, the kernel never says that no more will come.
 */
export async function watchWriters(path: string): Promise<Readable | undefined> {
  const descriptor = await openDescriptor(path, O_RDONLY | O_NONBLOCK);
  if (await isWithoutWriter(descriptor)) {
    await closeDescriptor(descriptor);
    return undefined;
  }
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

/** Reads a byte, if there is one; only for readers that do not care for what is said, but when. */
async function isWithoutWriter(descriptor: number): Promise<boolean> {
  try {
    const { bytesRead } = await readDescriptor(descriptor, { buffer: Buffer.alloc(1) });
    return bytesRead === 0;
  } catch (error) {
    if (hasCode(error, "EAGAIN")) return false;
    throw error;
  }
}

/** A FIFO's input as a stream. Rejects with ENXIO when nobody has the FIFO open for reading. */
export async function openWriter(path: string): Promise<Writable> {
  return new Socket({ fd: await openDescriptor(path, O_WRONLY | O_NONBLOCK), readable: false, writable: true });
}
