/**
 * A dotted name as lower-case wire labels in a latin1 string, without the closing zero: the form names are looked up in.
 * Undefined where no message can hold it: an empty or too long label, too long a name, or anything but ASCII.
 */
export function wireName(name: string): string | undefined {
  const { length } = name;
  if (length === 0) return "";
  if (length > longest) return undefined;
  let start = 0;
  for (let at = 0; at <= length; at += 1) {
    const code = at === length ? dot : name.charCodeAt(at);
    if (code > 0x7f) return undefined;
    if (code !== dot) {
      scratch[at + 1] = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
      continue;
    }
    const size = at - start;
    if (size === 0 || size > 63) return undefined;
    scratch[start] = size;
    start = at + 1;
  }
  return scratch.toString("latin1", 0, length + 1);
}

const dot = 0x2e;

/** Characters of the longest name there can be, dots between its labels. */
const longest = 253;

/** Names are put together here: strings added to each other stay in pieces, each larger than the name. */
const scratch = Buffer.alloc(longest + 2);

/** The name one label up, or undefined at the top. Takes and gives wire labels as `wireName` makes them. */
export function parentOf(wire: string): string | undefined {
  return wire === "" ? undefined : wire.slice(1 + wire.charCodeAt(0));
}

/** How many labels wire labels are. */
export function labelCountOf(wire: string): number {
  let count = 0;
  for (let at = 0; at < wire.length; at += 1 + wire.charCodeAt(at)) count += 1;
  return count;
}
