import { binaryLong, binaryShort } from "./bytes.ts";
import { classIn, headerSize } from "./constants.ts";
import { parentOf } from "./name.ts";

/** Points at the question's name. */
export const questionName: string = pointerTo(headerSize);

/** A whole record as octets in a latin1 string. The owner is on the wire already: labels with their end, or a pointer. */
export function encodeRecord(
  owner: string,
  {
    type,
    ttlSeconds,
    data,
    class: recordClass = classIn,
  }: { readonly type: number; readonly ttlSeconds: number; readonly data: string; readonly class?: number },
): string {
  const fixed = binaryShort(type) + binaryShort(recordClass) + binaryLong(ttlSeconds) + binaryShort(data.length);
  return owner + fixed + data;
}

/**
 * A name as it stands in an answer to a question for another: its own labels as far as they differ, then a pointer into
 * the question, or the end where they share nothing. Takes lower-case wire labels without the closing zero.
 */
export function compressed(name: string, question: string): string {
  for (let rest: string | undefined = name; rest !== undefined && rest !== ""; rest = parentOf(rest)) {
    // What ends alike begins a label in the question too, unless the octet before happens to be part of one.
    if (!question.endsWith(rest)) continue;
    const at = question.length - rest.length;
    if (isLabelStart(question, at)) return name.slice(0, name.length - rest.length) + pointerTo(headerSize + at);
  }
  return `${name}\0`;
}

/** A compression pointer. Source: RFC 1035 §4.1.4. */
export function pointerTo(offset: number): string {
  return binaryShort(0xc000 | offset);
}

function isLabelStart(name: string, offset: number): boolean {
  let at = 0;
  while (at < offset) at += 1 + name.charCodeAt(at);
  return at === offset;
}
