import { quantityValue, type Result } from "@ordinal/api";

const mebibyte = 2n ** 20n;
/** Below it there is no room for a journal, without which a crash could lose what was acknowledged. */
const smallest = 4n * mebibyte;
/** As large as a file can be on ext4. */
const largest = 2n ** 44n;

/**
 * The size in bytes of an image that holds this quantity: whole mebibytes. An error says which sizes there are; nothing
 * is ever made smaller than asked for.
 */
export function imageBytes(quantity: string): Result<bigint, string> {
  return roundToImage(quantityValue(quantity));
}

/** The same for a count of bytes. */
export function roundToImage(bytes: bigint): Result<bigint, string> {
  if (bytes < smallest)
    return { ok: false, error: `a local-image volume must be 4Mi or more: ext4 and its journal need the room` };
  const rounded = ((bytes + mebibyte - 1n) / mebibyte) * mebibyte;
  if (rounded > largest) return { ok: false, error: `a local-image volume can be 16Ti at most: it is one file` };
  return { ok: true, value: rounded };
}
