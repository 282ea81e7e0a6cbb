import { isJsonObject, type Draft, type PersistentVolume } from "@ordinal/api";

/** What is about to be made for a claim; on disk before anything is made, so that whatever dies, its leftovers are found. */
export interface Intent {
  readonly base: string;
  readonly path: string;
  /** The directory was there before us, so it stays whatever happens. */
  readonly adopted: boolean;
  /** The object as it will be created; its claimRef names the claim, its annotation the provisioner. */
  readonly volume: Draft<PersistentVolume>;
}

export type JournalLine = { readonly begin: Intent } | { readonly finish: string };

/** The key of an intent. */
export function volumeOf({ volume }: Intent): string {
  return volume.metadata.name ?? "";
}

/**
 * A line that begins with the end of another one: what stands before it, after a write that was cut short, is a line of its
 * own and no harm to this one.
 */
export function showLine(line: JournalLine): string {
  return `\n${JSON.stringify(line)}\n`;
}

/** What can be read of a journal. A line that is cut short was acknowledged to nobody. */
export function parseLines(text: string): readonly JournalLine[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

function parseLine(text: string): JournalLine | undefined {
  const parsed = parseJson(text);
  if (!isJsonObject(parsed)) return undefined;
  const { begin, finish } = parsed;
  if (typeof finish === "string") return { finish };
  return isIntent(begin) ? { begin } : undefined;
}

function isIntent(value: unknown): value is Intent {
  return (
    isJsonObject(value) &&
    typeof value["base"] === "string" &&
    typeof value["path"] === "string" &&
    isJsonObject(value["volume"]) &&
    isJsonObject(value["volume"]["metadata"]) &&
    typeof value["volume"]["metadata"]["name"] === "string"
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Empty, or cut short by the end of the process or the power.
    return undefined;
  }
}
