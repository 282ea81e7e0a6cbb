import { parseQuantity, type Result } from "@ordinal/api";
import type { Disk } from "../disk/disk.ts";

/** How much of a file system has to be free: a share of it, or bytes, as in the kubelet's `nodefs.available<10%`. */
export type FreeSpace = { readonly percent: number } | { readonly bytes: bigint };

/** Reads `10%` or `1Gi`; `0` never asks for anything. */
export function parseFreeSpace(text: string): Result<FreeSpace, string> {
  const error = "must be a share such as 10%, or a size such as 1Gi";
  const percent = /^(?<number>\d{1,2}(\.\d{1,3})?)%$/.exec(text)?.groups?.["number"];
  if (percent !== undefined) return { ok: true, value: { percent: Number(percent) } };
  const bytes = parseQuantity(text);
  return bytes.ok && bytes.value >= 0n ? { ok: true, value: { bytes: bytes.value } } : { ok: false, error };
}

/** What is free for us on a file system, and how large that is. */
export interface Room {
  readonly freeBytes: bigint;
  readonly totalBytes: bigint;
}

export async function roomAt(disk: Disk, path: string): Promise<Room> {
  const { bavail, blocks, bsize } = await disk.statfs(path, { bigint: true });
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Whether there is less free than there has to be. */
export function isShort({ freeBytes, totalBytes }: Room, wanted: FreeSpace): boolean {
  if ("bytes" in wanted) return freeBytes < wanted.bytes;
  return Number(freeBytes) < (Number(totalBytes) * wanted.percent) / 100;
}
