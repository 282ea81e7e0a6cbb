const letters = "bcdfghjklmnpqrstvwxz2456789";

/** A short name for content, without vowels and look-alikes. Source: `HashControllerRevision`, `rand.SafeEncodeString`. */
export function revisionHash(content: string, collisionCount: number): string {
  const digits = String(fnv32(Buffer.from(content + String(collisionCount))));
  return digits.replaceAll(/\d/g, (digit) => letters.charAt(digit.charCodeAt(0) % letters.length));
}

/** FNV-1, 32 bits. */
function fnv32(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}
