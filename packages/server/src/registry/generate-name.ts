/** Letters and digits that spell no words. Source: apimachinery `util/rand`. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;
/** A name is at most 63 characters long here, so that it also fits where labels are needed. */
const longestBase = 63 - suffixLength;

/** `web-` becomes `web-x7k2p`. Somebody may have that name already. */
export function generateName(base: string): string {
  const random = crypto.getRandomValues(new Uint8Array(suffixLength));
  const suffix = Array.from(random, (byte) => alphabet[byte % alphabet.length]).join("");
  return `${base.slice(0, longestBase)}${suffix}`;
}
