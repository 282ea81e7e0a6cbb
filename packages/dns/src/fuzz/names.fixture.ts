/**
 * Names as the fuzzer knows them: each label behind its length, as octets in a latin1 string, without the closing zero.
 * Written down here again, so that a mistake in the server's own functions is no mistake of its judge.
 */
export type NameKey = string;

/** Of a dotted name. */
export function keyOf(dotted: string): NameKey {
  return keyOfLabels(dotted.split(".").filter((label) => label !== ""));
}

export function keyOfLabels(labels: readonly string[]): NameKey {
  return labels.map((label) => String.fromCharCode(label.length) + label).join("");
}

export function labelsOf(key: NameKey): readonly string[] {
  const labels: string[] = [];
  for (let at = 0; at < key.length; at += 1 + key.charCodeAt(at))
    labels.push(key.slice(at + 1, at + 1 + key.charCodeAt(at)));
  return labels;
}

/** The name and all those above it, the root left out. */
export function selfAndAbove(key: NameKey): readonly NameKey[] {
  const labels = labelsOf(key);
  return labels.map((_, index) => keyOfLabels(labels.slice(index)));
}

export function isAtOrBelow(key: NameKey, above: NameKey): boolean {
  let at = 0;
  while (key.length - at > above.length) at += 1 + key.charCodeAt(at);
  return key.length - at === above.length && key.endsWith(above);
}

/** Only the letters of ASCII have a case (RFC 4343). */
export function fold(octets: string): string {
  // Most are in lower case already.
  return octets.toLowerCase() === octets ? octets : octets.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** For people; octets that are no letters as in a zone file. */
export function showName(key: NameKey): string {
  const labels = labelsOf(key).map((label) =>
    label.replaceAll(/[^\w-]/g, (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, "0")}`),
  );
  return `${labels.join(".")}.`;
}
