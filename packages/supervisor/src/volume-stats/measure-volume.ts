import { lstat, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { fileSystemFigures, subvolumeTypes, type FileSystemFigures } from "./file-system-figures.ts";
import { measureTree } from "./measure-tree.ts";
import type { Pace } from "./pace.ts";
import type { DirectoryPlace, ImagePlace, VolumePlace } from "./volume-place.ts";

/** What a look at a volume told. */
export type Measured =
  /** A part of a file system that others use too. Nothing holds it to its claim's size. */
  | {
      readonly is: "shared";
      readonly usedBytes: number;
      readonly inodesUsed: number;
      /** False when something could not be looked into. */
      readonly isComplete: boolean;
      /** Which file system it is part of, and how full that is. */
      readonly device: number;
      readonly around: FileSystemFigures;
    }
  /** It has a file system of its own. */
  | { readonly is: "own"; readonly figures: FileSystemFigures }
  /** The file of an image that is not mounted: how many inodes are used in it nobody can tell. */
  | { readonly is: "unmounted"; readonly capacityBytes: number; readonly usedBytes: number }
  /** It is not there yet, and that is as it should be. */
  | { readonly is: "not made" };

export interface MeasureVolumeOptions {
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

const bytesPerBlock = 512;

/** Measures a volume: by one call where it has a file system of its own, else by adding up. Fails when it is not as it should be. */
export async function measureVolume(place: VolumePlace, options: MeasureVolumeOptions): Promise<Measured> {
  const { pace, signal } = options;
  if (place.is === "image") return await pace.turn(async () => await measureImage(place), signal);
  const quick = await pace.turn(async () => await measureQuickly(place), signal);
  if (quick !== undefined) return quick;
  const { bytes, inodes, isComplete } = await measureTree(place.path, options);
  return { ...(await shared(place.path)), usedBytes: bytes, inodesUsed: inodes, isComplete };
}

async function measureImage({ image, mountPoint }: ImagePlace): Promise<Measured> {
  const mounted = await ifThere(async () => await ownFileSystem(mountPoint));
  if (mounted !== undefined) return { is: "own", figures: mounted };
  const { size, blocks } = await lstat(image);
  return { is: "unmounted", capacityBytes: size, usedBytes: Math.min(blocks * bytesPerBlock, size) };
}

/** Undefined when it has to be added up. */
async function measureQuickly({ path, mayBeMissing }: DirectoryPlace): Promise<Measured | undefined> {
  const found = mayBeMissing ? await ifThere(async () => await stat(path)) : await stat(path);
  if (found === undefined) return { is: "not made" };
  if (!found.isDirectory()) {
    return { ...(await shared(path)), usedBytes: found.blocks * bytesPerBlock, inodesUsed: 1, isComplete: true };
  }
  const figures = await ownFileSystem(path);
  return figures === undefined ? undefined : { is: "own", figures };
}

async function shared(path: string) {
  const [{ dev: device }, around] = await Promise.all([stat(path), fileSystemFigures(path)]);
  return { is: "shared", device, around } as const;
}

/** The figures of the file system whose top this directory is, or undefined when it is a part of a larger one. */
async function ownFileSystem(directory: string): Promise<FileSystemFigures | undefined> {
  const path = await realpath(directory);
  const [here, above] = await Promise.all([stat(path), stat(dirname(path))]);
  if (here.dev === above.dev && path !== "/") return undefined;
  const figures = await fileSystemFigures(path);
  return subvolumeTypes.includes(figures.type) ? undefined : figures;
}

async function ifThere<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
