import { statfs } from "node:fs/promises";
import { describeError, hasCode } from "@ordinal/runtime";

/** The store cannot open or write its files. Nothing that was acknowledged is lost; the message says what to do. */
export class StorageError extends Error {
  override readonly name: string = "StorageError";
}

/** The store is closed, or about to be: whoever asks should ask again where it is open. */
export class StoreClosedError extends StorageError {
  override readonly name = "StoreClosedError";

  constructor(dir: string) {
    super(`the store in ${dir} is closed`);
  }
}

/** With less than this free, a failed write is taken for a full disk: LMDB reports a short write as an I/O error. */
const fullBelowBytes = 1_048_576;

/** Why a write failed, for people. */
export async function writeFailure(dir: string, cause: unknown): Promise<StorageError> {
  const free = await freeBytes(dir);
  if (hasCode(cause, "ENOSPC", "EDQUOT", "28", "122", "-30792") || (free !== undefined && free < fullBelowBytes)) {
    const left = free === undefined ? "" : ` (${free} bytes left)`;
    return new StorageError(
      `the change was not stored: no space left for the store in ${dir}${left}; free some space, then try again`,
      { cause },
    );
  }
  return new StorageError(`the change was not stored: cannot write to the store in ${dir}: ${describeError(cause)}`, {
    cause,
  });
}

/** Why the store could not be opened, for people. */
export function openFailure(dir: string, cause: unknown): StorageError {
  const advice = hasCode(cause, "EACCES", "EPERM", "EROFS", "1", "13", "30")
    ? "; this user may not write there: choose another data directory or change its owner"
    : "";
  return new StorageError(`cannot open the store in ${dir}: ${describeError(cause)}${advice}`, { cause });
}

async function freeBytes(dir: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "EIO")) return undefined;
    throw error;
  }
}
