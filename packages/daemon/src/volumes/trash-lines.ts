import type { TrashEntry } from "@ordinal/provisioner";
import { showDuration } from "@ordinal/provisioner";
import { showBytes } from "./show-bytes.ts";

/** A deleted volume as `ordinal volumes trash` shows it. */
export interface TrashLine {
  readonly entry: string;
  /** RFC 3339. */
  readonly deleted: string;
  readonly expires: string;
  readonly namespace: string;
  readonly claim: string;
  readonly class: string;
  /** The size it was made for: `1Gi`. */
  readonly size: string;
  /** What it takes up; left out where nobody may look. */
  readonly usedBytes?: number;
  readonly path: string;
}

export const trashHeader: readonly string[] = ["ENTRY", "DELETED", "CLAIM", "SIZE", "USED", "EXPIRES", "PATH"];

export function describeEntry({ record, path }: TrashEntry, usedBytes: number | undefined): TrashLine {
  const { entry, deleted, expires, claim, storageClass, size } = record;
  const used = usedBytes === undefined ? {} : { usedBytes };
  return {
    entry,
    deleted,
    expires,
    namespace: claim.namespace,
    claim: claim.name,
    class: storageClass,
    size,
    ...used,
    path,
  };
}

/** As a row of a table, at this time. */
export function trashRow(line: TrashLine, nowMs: number): readonly string[] {
  const left = Date.parse(line.expires) - nowMs;
  return [
    line.entry,
    `${showDuration(nowMs - Date.parse(line.deleted))} ago`,
    `${line.namespace}/${line.claim}`,
    line.size,
    line.usedBytes === undefined ? "-" : showBytes(line.usedBytes),
    left > 0 ? `in ${showDuration(left)}` : "now",
    line.path,
  ];
}
