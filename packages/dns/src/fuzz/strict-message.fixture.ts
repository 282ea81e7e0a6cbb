import { fold, type NameKey } from "./names.fixture.ts";

/** A record with nothing compressed in its data and its names in lower case, so that equal records are equal texts. */
export interface StrictRecord {
  readonly owner: NameKey;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Octets in a latin1 string. */
  readonly data: string;
  /** Octets it takes in its message. */
  readonly size: number;
}

export interface StrictOpt {
  readonly size: number;
  readonly extendedRcode: number;
  readonly version: number;
  readonly flags: number;
  readonly options: number;
}

export interface StrictMessage {
  readonly questionEnd: number;
  readonly answer: readonly StrictRecord[];
  readonly authority: readonly StrictRecord[];
  readonly additional: readonly StrictRecord[];
  readonly opt: StrictOpt | undefined;
}

/** Types whose data consists of names, which may be compressed (RFC 3597 §4). */
const nameTypes: ReadonlySet<number> = new Set([2, 5, 12]);

/** Types whose data consists of texts with their lengths. */
const textTypes: ReadonlySet<number> = new Set([13, 16]);

/**
 * Reads a whole message, forgiving nothing: throws at octets left over, a pointer that does not lead back, a label of an
 * unknown kind, a name of more than 255 octets, data that is not as long as it says, a target compressed that must not be.
 * `isForeign`: the data is somebody else's, and texts in it may be any octets.
 */
export function readStrictly(
  message: Buffer,
  { isForeign = false }: { readonly isForeign?: boolean } = {},
): StrictMessage {
  let at = 12;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = readNameAt(message, at).end + 4;
  const questionEnd = at;
  let opt: StrictOpt | undefined;
  const section = (countAt: number): StrictRecord[] => {
    const records: StrictRecord[] = [];
    for (let left = message.readUInt16BE(countAt); left > 0; left -= 1) {
      const owner = readNameAt(message, at);
      const type = message.readUInt16BE(owner.end);
      const data = owner.end + 10;
      const end = data + message.readUInt16BE(owner.end + 8);
      if (end > message.length) throw new Error("a record is longer than its message");
      if (type === 41) {
        if (opt !== undefined || countAt !== 10 || owner.key !== "")
          throw new Error("an OPT record where none belongs");
        opt = readOpt(message, owner.end);
      } else {
        records.push({
          owner: owner.key,
          type,
          class: message.readUInt16BE(owner.end + 2),
          ttl: message.readUInt32BE(owner.end + 4),
          data: isForeign && textTypes.has(type) ? "" : readData(message, { type, at: data, end }),
          size: end - at,
        });
      }
      at = end;
    }
    return records;
  };
  const answer = section(6);
  const authority = section(8);
  const additional = section(10);
  if (at !== message.length) throw new Error(`${message.length - at} octets are left over`);
  return { questionEnd, answer, authority, additional, opt };
}

/** Reads a name, compressed or not, in lower case. Throws where there is none. */
export function readNameAt(message: Buffer, start: number): { readonly key: NameKey; readonly end: number } {
  let key = "";
  let at = start;
  let limit = start;
  let end: number | undefined;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return { key: fold(key), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      if (at < 12 || at >= limit) throw new Error(`the pointer at ${start} does not lead back`);
      limit = at;
      continue;
    }
    if (length > 63) throw new Error(`no label begins with ${length}`);
    if (at + 1 + length > message.length) throw new Error("a label is longer than its message");
    key += message.toString("latin1", at, at + 1 + length);
    at += 1 + length;
    if (key.length > 254) throw new Error("a name has more than 255 octets");
  }
}

function readOpt(message: Buffer, at: number): StrictOpt {
  return {
    size: message.readUInt16BE(at + 2),
    extendedRcode: message.readUInt8(at + 4),
    version: message.readUInt8(at + 5),
    flags: message.readUInt16BE(at + 6),
    options: message.readUInt16BE(at + 8),
  };
}

function readData(message: Buffer, { type, at, end }: { type: number; at: number; end: number }): string {
  if (nameTypes.has(type)) return readNames(message, { at, end, count: 1 }).text;
  if (type === 6) {
    const { text, next } = readNames(message, { at, end: end - 20, count: 2 });
    return text + message.toString("latin1", next, end);
  }
  if (type === 33) {
    const target = readNames(message, { at: at + 6, end, count: 1 });
    if (target.text.length !== end - at - 6) throw new Error("the target of an SRV record is compressed (RFC 2782)");
    return message.toString("latin1", at, at + 6) + target.text;
  }
  if (type === 1 && end - at !== 4) throw new Error(`an IPv4 address of ${end - at} octets`);
  if (type === 28 && end - at !== 16) throw new Error(`an IPv6 address of ${end - at} octets`);
  if (textTypes.has(type)) checkTexts(message, at, end);
  return message.toString("latin1", at, end);
}

function readNames(
  message: Buffer,
  { at, end, count }: { at: number; end: number; count: number },
): { text: string; next: number } {
  let text = "";
  let next = at;
  for (let left = count; left > 0; left -= 1) {
    const name = readNameAt(message, next);
    text += `${name.key}\0`;
    next = name.end;
  }
  if (next !== end) throw new Error("the data of a record is not as long as it says");
  return { text, next };
}

function checkTexts(message: Buffer, start: number, end: number): void {
  let at = start;
  do at += 1 + message.readUInt8(at);
  while (at < end);
  if (at !== end) throw new Error("the texts of a record are not as long as they say");
}
