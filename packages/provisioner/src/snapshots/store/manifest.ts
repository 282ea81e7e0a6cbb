import { isJsonObject, type JsonObject } from "@ordinal/api";
import type { VolumeCopy } from "../copy/copy-volume.ts";
import type { LeftOut } from "../copy/tree-copy.ts";

/** What is told of a volume when a snapshot of it is made. */
export interface SnapshotSubject {
  /** The driver whose volumes can be made of it. */
  readonly driver: string;
  /** Name of the PersistentVolume. */
  readonly volume: string;
  readonly volumeMode: string;
  /** Bytes a volume must have at least to be made of it. */
  readonly restoreBytes: number;
}

/** What is stored beside the bytes of a snapshot. */
export interface SnapshotManifest extends SnapshotSubject {
  readonly format: "ordinal.internal/snapshot/v1";
  /** The moment it shows, RFC 3339 with milliseconds. */
  readonly taken: string;
  /** See `describeConsistency`. */
  readonly consistency: string;
  /** What is not in it, in plain words; empty when everything is. */
  readonly missing: readonly string[];
}

const format = "ordinal.internal/snapshot/v1";

export function makeManifest(
  subject: SnapshotSubject,
  { takenMs, consistency, missing }: { takenMs: number; consistency: string; missing: readonly string[] },
): SnapshotManifest {
  return { format, ...subject, taken: new Date(takenMs).toISOString(), consistency, missing };
}

export function showManifest(manifest: SnapshotManifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Undefined for what is no manifest of ours. */
export function parseManifest(text: string): SnapshotManifest | undefined {
  const read = parseJson(text);
  return isJsonObject(read) && isManifest(read) ? read : undefined;
}

/** What a copy does not have, in plain words. */
export function missingFrom({ leftOut, ownersLost, attributesLost }: VolumeCopy): readonly string[] {
  return [
    ...leftOutWords(leftOut),
    ...(ownersLost === 0 ? [] : [`the owner of ${ownersLost} files, which only root can keep`]),
    ...(attributesLost === undefined ? [] : [`some extended attributes: ${attributesLost}`]),
  ];
}

function leftOutWords({ sockets, devices, mounts }: LeftOut): readonly string[] {
  return [
    ...(sockets === 0 ? [] : [`${sockets} sockets`]),
    ...(devices === 0 ? [] : [`${devices} device files`]),
    ...(mounts === 0 ? [] : [`what is in ${mounts} directories on other file systems`]),
  ];
}

function isManifest(read: JsonObject): read is JsonObject & SnapshotManifest {
  const texts = ["driver", "volume", "volumeMode", "taken", "consistency"];
  return (
    read["format"] === format &&
    texts.every((name) => typeof read[name] === "string") &&
    Number.isSafeInteger(read["restoreBytes"]) &&
    Array.isArray(read["missing"]) &&
    !Number.isNaN(Date.parse(String(read["taken"])))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Then it is not a manifest, which is what the caller wants to know.
    return undefined;
  }
}
