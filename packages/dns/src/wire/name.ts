/**
 * A dotted name as lower-case wire labels in a latin1 string, without the closing zero: the form names are looked up in.
 * Undefined where no message can hold it: an empty or too long label, too long a name, or anything but ASCII.
 */
export function wireName(name: string): string | undefined {
  if (name === "") return "";
  if (!isAscii(name)) return undefined;
  let wire = "";
  for (const label of name.toLowerCase().split(".")) {
    if (label.length === 0 || label.length > 63) return undefined;
    wire += String.fromCharCode(label.length) + label;
  }
  return wire.length > 254 ? undefined : wire;
}

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

/** Anything else takes more than one octet in UTF-8. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
