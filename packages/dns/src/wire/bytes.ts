/** The octet at `at`; beyond the end there are zeros, so that reading never throws. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** The 16-bit number at `at`, in network order. */
export function shortAt(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
}

export function putShort(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function putLong(bytes: Uint8Array, at: number, value: number): void {
  putShort(bytes, at, value >>> 16);
  putShort(bytes, at + 2, value);
}

/**
 * Copies octets kept in a latin1 string and returns where they end. Records are kept in strings because those are small,
 * immutable and moved by the garbage collector, where a slice of a Buffer holds its whole 8 kB slab.
 */
export function putBinary(bytes: Uint8Array, at: number, binary: string): number {
  const { length } = binary;
  for (let index = 0; index < length; index += 1) bytes[at + index] = binary.charCodeAt(index);
  return at + length;
}

/**
 * The same octets in one piece. A string made by adding strings keeps its parts, and is several times as large; what is
 * kept for long goes through here.
 */
export function inOnePiece(binary: string): string {
  return Buffer.from(binary, "latin1").toString("latin1");
}

/** A 16-bit number as octets in a latin1 string. */
export function binaryShort(value: number): string {
  return String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
}

/** A 32-bit number as octets in a latin1 string. */
export function binaryLong(value: number): string {
  return binaryShort(value >>> 16) + binaryShort(value);
}

/** Lengths of labels are below the letters, so whole names can be folded octet by octet. */
export function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
