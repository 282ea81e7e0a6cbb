import { isAbsolute, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { writeDurably } from "../disk/durable.ts";

/**
 * Every directory that volumes were ever made below, so that a volume can be removed, or had back from the trash beside it,
 * also when the configuration no longer names its base; whatever an object says, only what is in this list is ever touched.
 */
export interface KnownBases {
  /** The base that is always one; what is known of the others lies in it. */
  readonly home: string;
  /** The home first. */
  list(): readonly string[];
  /** On disk when it resolves. */
  remember(base: string): Promise<void>;
}

/** Named for those it was made for. */
const fileIn = (home: string): string => join(home, ".local-path-bases");

/** What another process has remembered, the home first. Throws where the list is there and is none. */
export async function readKnownBases(home: string, disk: Disk): Promise<readonly string[]> {
  return [...new Set([home, ...(await read(fileIn(home), disk))])];
}

export async function openKnownBases(home: string, disk: Disk): Promise<KnownBases> {
  const bases = new Set(await readKnownBases(home, disk));
  /** What is in the file, or needs not be; one write at a time. */
  const written = new Set(bases);
  let last: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const now = [...bases];
    if (now.every((base) => written.has(base))) return;
    await writeDurably(disk, fileIn(home), `${JSON.stringify(now, null, 2)}\n`);
    for (const base of now) written.add(base);
  }

  return {
    home,
    list: () => [...bases],
    async remember(base) {
      if (written.has(base)) return;
      bases.add(base);
      // An earlier failure is the matter of the one who asked then.
      last = last.catch(() => {}).then(write);
      await last;
    },
  };
}

async function read(path: string, disk: Disk): Promise<readonly string[]> {
  let text: string;
  try {
    text = await disk.readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  const parsed = parseJson(text);
  // A path that depends on where a process stands is nobody's, and must never be emptied.
  if (Array.isArray(parsed)) return parsed.filter((each) => typeof each === "string" && isAbsolute(each));
  throw new Error(
    `${path} is not a list of directories: mend it, or remove it when all volumes, also those in the trash, lie beside it`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
