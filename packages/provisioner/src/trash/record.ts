import { annotations, isJsonObject, type PersistentVolume, type Result } from "@ordinal/api";

/** What a volume in the trash was, and until when it is kept: `<entry>.json`. */
export interface TrashRecord {
  /** How users name it: `www-web-0-0b0e5d0c4f1a`. */
  readonly entry: string;
  /** RFC 3339 with milliseconds. */
  readonly deleted: string;
  /** RFC 3339 with milliseconds. */
  readonly expires: string;
  readonly claim: ClaimName;
  readonly storageClass: string;
  /** The size it was made for: `1Gi`. */
  readonly size: string;
  /** The provisioner that made it: only volumes of the same one can be made of it. */
  readonly provisioner: string;
  /** Where it was. Absolute. */
  readonly path: string;
  /** Which new volume it is being moved to: so that a move that was cut short is not taken for somebody else's. */
  readonly restoring?: Restoring | undefined;
  /** The object, as it was at last. */
  readonly volume: PersistentVolume;
}

interface ClaimName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface Restoring {
  /** The claim that asks. */
  readonly claim: ClaimName;
  /** The name of the volume that is being made. */
  readonly volume: string;
  /** Its directory. Absolute. */
  readonly path: string;
}

/** The record of a volume that is deleted now. */
export function recordOf(
  volume: PersistentVolume,
  { entry, path, now, holdMs }: { entry: string; path: string; now: number; holdMs: number },
): TrashRecord {
  const { claimRef, capacity, storageClassName = "" } = volume.spec;
  return {
    entry,
    deleted: new Date(now).toISOString(),
    expires: new Date(now + holdMs).toISOString(),
    claim: { namespace: claimRef?.namespace ?? "", name: claimRef?.name ?? "", uid: claimRef?.uid ?? "" },
    storageClass: storageClassName,
    size: capacity?.["storage"] ?? "0",
    provisioner: volume.metadata.annotations?.[annotations.provisionedBy] ?? "",
    path,
    volume,
  };
}

/**
 * The name under which a volume is kept; the same for every attempt. The claim's name for people, with twelve digits of the
 * volume's uid, and short enough for any file system.
 */
export function entryName(volume: PersistentVolume): string {
  const digits = volume.metadata.uid.replaceAll(/[^0-9a-f]/g, "").slice(0, 12);
  return `${nameStart(volume.spec.claimRef?.name ?? volume.metadata.name)}${digits}`;
}

/** What the names of all entries of a claim begin with; those of some others may too. */
export function nameStart(claim: string): string {
  return `${claim.slice(0, 100)}-`;
}

/** Whether this can be an entry's name, and so a name in the trash and nothing else. */
export function isEntryName(text: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{0,140}$/.test(text) && !text.endsWith(".json");
}

export function showRecord(record: TrashRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** Reads a record; an error says what is wrong with the file. */
export function parseRecord(text: string, entry: string): Result<TrashRecord, string> {
  const parsed = parseJson(text);
  if (!isJsonObject(parsed)) return { ok: false, error: "is not a JSON object" };
  const missing = ["deleted", "expires", "size", "path", "storageClass", "provisioner"].find(
    (field) => typeof parsed[field] !== "string",
  );
  if (missing !== undefined) return { ok: false, error: `has no ${missing}` };
  if (!isJsonObject(parsed["claim"]) || !isJsonObject(parsed["volume"]))
    return { ok: false, error: "has no claim or no volume" };
  const record = { ...parsed, entry } as unknown as TrashRecord;
  const wrong = [record.deleted, record.expires].find((time) => Number.isNaN(Date.parse(time)));
  return wrong === undefined ? { ok: true, value: record } : { ok: false, error: `${wrong} is not a time` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // What is wrong with it is said by the caller.
    return undefined;
  }
}
