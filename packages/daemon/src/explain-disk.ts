import { hasCode } from "@ordinal/runtime";

/** Says which disk it is, and what helps, when there was no room or no right to write below a data directory. */
export function explainDisk(error: unknown, dataDir: string): unknown {
  if (hasCode(error, "ENOSPC", "EDQUOT")) {
    const remedy = `make room, for example with "ordinal volumes prune --all", which needs no running daemon`;
    return new Error(`the disk of ${dataDir} is full: ${remedy}`, { cause: error });
  }
  if (hasCode(error, "EROFS"))
    return new Error(`the disk of ${dataDir} is read-only: mount it for writing, or choose another --data-dir`, {
      cause: error,
    });
  return error;
}
