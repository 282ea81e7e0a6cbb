import { fold, type NameKey } from "./names.fixture.ts";

/** What a query says, as far as its answer depends on it. */
export type ReadQuery =
  /** Not to be answered at all. */
  | { readonly is: "ignored" }
  /** To be answered with a header alone, with this code. */
  | { readonly is: "bad"; readonly rcode: number }
  | Asked;

export interface Asked {
  readonly is: "asked";
  readonly name: NameKey;
  readonly type: number;
  readonly class: number;
  /** Where the question ends. */
  readonly end: number;
  readonly opt: QueryOpt | undefined;
  /** Whether there is so odd a thing behind the question that a server may say FORMERR, or let it pass. */
  readonly isDoubtful: boolean;
}

export interface QueryOpt {
  readonly size: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

/** Longest query that has to be looked at where there is more in it than is usual, and how many records. */
const limits = { octets: 4_096, records: 32 };

/** Types whose data a server may look into and find wanting. */
const opaqueTypes: ReadonlySet<number> = new Set([250, 24, 65_280, 33_000]);

/** Reads a query as strictly as the standards have it, apart from the server's own reading. */
export function readQuery(message: Buffer): ReadQuery {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) !== 0) return { is: "ignored" };
  if ((message.readUInt8(2) & 0x78) !== 0) return { is: "bad", rcode: 4 };
  if (message.readUInt16BE(4) !== 1) return { is: "bad", rcode: 1 };
  const question = readQuestion(message);
  if (question === undefined) return { is: "bad", rcode: 1 };
  const extras = readExtras(message, question.end);
  return extras === undefined ? { is: "bad", rcode: 1 } : { ...question, ...extras, is: "asked" };
}

function readQuestion(message: Buffer): Pick<Asked, "name" | "type" | "class" | "end"> | undefined {
  let at = 12;
  for (;;) {
    if (at >= message.length) return undefined;
    const length = message.readUInt8(at);
    if (length === 0) break;
    if (length > 63) return undefined;
    at += 1 + length;
    // With the closing zero it would be more than 255.
    if (at - 12 > 254) return undefined;
  }
  if (at + 5 > message.length) return undefined;
  return {
    name: fold(message.toString("latin1", 12, at)),
    type: message.readUInt16BE(at + 1),
    class: message.readUInt16BE(at + 3),
    end: at + 5,
  };
}

function readExtras(message: Buffer, start: number): Pick<Asked, "opt" | "isDoubtful"> | undefined {
  const counts = [6, 8, 10].map((at) => message.readUInt16BE(at));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 && message.length === start) return { opt: undefined, isDoubtful: false };
  const walked = walk(message, start, counts);
  const isPlain = total === 1 && counts[2] === 1 && message[start] === 0 && walked?.end === message.length;
  const [opt] = walked?.opts ?? [];
  // What stands in the options of the one OPT record is nobody's business.
  if (isPlain && opt !== undefined) return { opt, isDoubtful: false };
  if (message.length > limits.octets || total > limits.records) return undefined;
  if (walked === undefined || walked.opts.length > 1) return undefined;
  return { opt, isDoubtful: walked.isDoubtful };
}

interface Walked {
  readonly opts: readonly QueryOpt[];
  readonly end: number;
  readonly isDoubtful: boolean;
}

function walk(message: Buffer, start: number, counts: readonly number[]): Walked | undefined {
  const opts: QueryOpt[] = [];
  let isDoubtful = false;
  let at = start;
  for (const [section, count] of counts.entries()) {
    for (let left = count; left > 0; left -= 1) {
      const owner = ownerAt(message, at);
      if (owner === undefined || owner.end + 10 > message.length) return undefined;
      const type = message.readUInt16BE(owner.end);
      const end = owner.end + 10 + message.readUInt16BE(owner.end + 8);
      if (end > message.length) return undefined;
      if (type === 41 && section === 2) {
        const [size, flags] = [2, 6].map((offset) => message.readUInt16BE(owner.end + offset));
        opts.push({
          size: size ?? 0,
          version: message.readUInt8(owner.end + 5),
          dnssecOk: ((flags ?? 0) & 0x8000) !== 0,
        });
        // A response code in a query means nothing, and reads like a number of seconds that is too large.
        isDoubtful ||= !owner.isRoot || end > owner.end + 10 || message.readUInt8(owner.end + 4) >= 0x7f;
      }
      isDoubtful ||= owner.isPointer;
      isDoubtful ||= !opaqueTypes.has(type) && (type !== 41 || section !== 2);
      at = end;
    }
  }
  return { opts, end: at, isDoubtful };
}

interface Owner {
  readonly end: number;
  readonly isRoot: boolean;
  /** Where a pointer leads is for the server to find out. */
  readonly isPointer: boolean;
}

function ownerAt(message: Buffer, start: number): Owner | undefined {
  let at = start;
  while (at < message.length) {
    const length = message.readUInt8(at);
    if (length === 0) return { end: at + 1, isRoot: at === start, isPointer: false };
    if (length >= 0xc0) return { end: at + 2, isRoot: false, isPointer: true };
    at += 1 + length;
    if (length > 63 || at - start > 254) return undefined;
  }
  return undefined;
}
