import { isAbsolute, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { writeDurably } from "../disk/durable.ts";
import { trashOf } from "./layout.ts";
import { ensureTrash } from "./place.ts";

/*
 * Volumes may lie below several bases, and each has its own trash. The trash of the first, our home, remembers where the
 * others are, also when no setting names them any more.
 */

const listOf = (home: string): string => join(trashOf(home), "bases.list");

/** Every base that has a trash, the home first. A list that cannot be read as such names none. */
export async function readBases(disk: Disk, home: string): Promise<readonly string[]> {
  return [...new Set([home, ...(await readList(disk, home))])];
}

/** Remembers a base before anything is put into its trash. */
export async function rememberBase(disk: Disk, { home, base }: { home: string; base: string }): Promise<void> {
  const known = await readBases(disk, home);
  if (known.includes(base)) return;
  await ensureTrash(disk, home);
  await writeDurably(disk, listOf(home), [...known.slice(1), base].map((each) => `${JSON.stringify(each)}\n`).join(""));
}

async function readList(disk: Disk, home: string): Promise<readonly string[]> {
  try {
    const lines = (await disk.readFile(listOf(home), "utf8")).split("\n");
    return lines.map(pathOf).filter((path) => path !== undefined);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Each line is a JSON string, because a path may hold a newline. */
function pathOf(line: string): string | undefined {
  try {
    const path: unknown = JSON.parse(line);
    return typeof path === "string" && isAbsolute(path) ? path : undefined;
  } catch {
    // The end of the file, or a line that somebody has written by hand.
    return undefined;
  }
}
