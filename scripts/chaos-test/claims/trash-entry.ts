import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** A record of the trash, as far as it matters here. */
export interface TrashLine {
  readonly entry: string;
  readonly claim: string;
  /** Whether its directory is there. */
  readonly isHere: boolean;
}

/** What is in the trash of these volumes, with its records or without. */
export async function readTrash(volumesDir: string): Promise<readonly TrashLine[]> {
  const trash = join(volumesDir, ".trash");
  const names: readonly string[] = await readdir(trash);
  const ours = names.filter((name) => !name.startsWith("."));
  const entries = new Set(ours.map((name) => name.replace(/\.json$/, "")));
  return await Promise.all(
    [...entries].map(async (entry: string) => ({
      entry,
      claim: await claimOf(join(trash, `${entry}.json`)),
      isHere: names.includes(entry),
    })),
  );
}

/** The entry of a claim that is gone. */
export async function entryOf(volumesDir: string, claim: string): Promise<string | undefined> {
  return (await readTrash(volumesDir)).find((line) => line.claim === claim && line.isHere)?.entry;
}

/** Nothing where there is no record. */
async function claimOf(record: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(record, "utf8")) as { readonly claim: { readonly name: string } }).claim.name;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  }
}
