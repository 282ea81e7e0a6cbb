import { byteAt, shortAt } from "./wire/bytes.ts";

/** Codes of the types that tests speak of; written down here again so that a wrong constant shows. */
const codes: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
};
const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

export interface QueryOptions {
  readonly id?: number;
  readonly class?: number;
  /** With an OPT record: the size it says, and its options' octets. */
  readonly edns?: {
    readonly size?: number;
    readonly version?: number;
    readonly dnssecOk?: boolean;
    readonly options?: Buffer;
  };
}

/** A query as a resolver sends it: recursion desired, one question. */
export function query(name: string, type: string, options: QueryOptions = {}): Buffer {
  const { id = 0x1234, class: queryClass = 1, edns } = options;
  const header = shorts(id, 0x0100, 1, 0, 0, edns === undefined ? 0 : 1);
  const question = [wire(name), shorts(codes[type] ?? 0, queryClass)];
  return Buffer.concat([header, ...question, ...(edns === undefined ? [] : [opt(edns)])]);
}

function opt(edns: NonNullable<QueryOptions["edns"]>): Buffer {
  const { size = 1232, version = 0, dnssecOk = false, options = Buffer.alloc(0) } = edns;
  const fixed = [0, 0, 41, size >> 8, size & 0xff, 0, version, dnssecOk ? 0x80 : 0, 0];
  return Buffer.concat([Buffer.from(fixed), shorts(options.length), options]);
}

/** Numbers in 16 bits each. */
export function shorts(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}

/** A dotted name on the wire, without compression. */
export function wire(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}

/** What a message says, in the words of a zone file. */
export interface Read {
  readonly id: number;
  readonly rcode: string;
  /** Those that are set, of: qr aa tc rd ra. */
  readonly flags: string;
  readonly question: string;
  /** `name TTL TYPE data`. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** `version size flags`, when there is an OPT record. */
  readonly edns: string | undefined;
}

/** Reads a whole message. Throws when it is not one, or when octets are left over. */
export function read(message: Buffer): Read {
  const flags = shortAt(message, 2);
  const question = shortAt(message, 4) === 0 ? { text: "", end: 12 } : readQuestion(message);
  const answer = readSection(message, { at: question.end, count: shortAt(message, 6) });
  const authority = readSection(message, { at: answer.end, count: shortAt(message, 8) });
  const additional = readSection(message, { at: authority.end, count: shortAt(message, 10) });
  if (additional.end !== message.length) throw new Error(`${message.length - additional.end} octets are left over`);
  const edns = additional.records.find((record) => record.startsWith("OPT "));
  const extended = Number(edns?.split(" ")[1] ?? 0);
  const rcode = (extended << 4) | (flags & 0x0f);
  return {
    id: shortAt(message, 0),
    rcode: rcode === 16 ? "BADVERS" : (rcodes[rcode] ?? String(rcode)),
    flags: flagNames(flags),
    question: question.text,
    answer: answer.records,
    authority: authority.records,
    additional: additional.records.filter((record) => record !== edns),
    edns: edns?.split(" ").slice(2).join(" "),
  };
}

function flagNames(flags: number): string {
  const names = { qr: 0x8000, aa: 0x0400, tc: 0x0200, rd: 0x0100, ra: 0x0080 };
  return Object.entries(names)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(" ");
}

function readQuestion(message: Buffer): { text: string; end: number } {
  const name = readName(message, 12);
  return { text: `${name.text} ${typeName(shortAt(message, name.end))}`, end: name.end + 4 };
}

function readSection(
  message: Buffer,
  { at, count }: { at: number; count: number },
): { records: string[]; end: number } {
  const records: string[] = [];
  let end = at;
  for (let index = 0; index < count; index += 1) {
    const name = readName(message, end);
    const type = shortAt(message, name.end);
    const size = shortAt(message, name.end + 8);
    const data = name.end + 10;
    end = data + size;
    if (end > message.length) throw new Error("a record is cut short");
    if (type === codes.OPT) {
      const flags = shortAt(message, name.end + 6) === 0x8000 ? "do" : "";
      const parts = [
        byteAt(message, name.end + 4),
        byteAt(message, name.end + 5),
        shortAt(message, name.end + 2),
        flags,
      ];
      records.push(`OPT ${parts.join(" ")}`.trimEnd());
    } else {
      const text = readData(message, { type, data, end });
      records.push(`${name.text} ${message.readUInt32BE(name.end + 4)} ${typeName(type)} ${text}`);
    }
  }
  return { records, end };
}

function readData(message: Buffer, { type, data, end }: { type: number; data: number; end: number }): string {
  if (type === codes.A) return [...message.subarray(data, end)].join(".");
  if (type === codes.AAAA) return groupsOf(message.subarray(data, end));
  if (type === codes.NS || type === codes.CNAME || type === codes.PTR) return readName(message, data).text;
  if (type === codes.TXT) return JSON.stringify(message.toString("latin1", data + 1, end));
  if (type === codes.SRV) {
    const numbers = [data, data + 2, data + 4].map((at) => shortAt(message, at));
    return [...numbers, readName(message, data + 6).text].join(" ");
  }
  if (type === codes.SOA) {
    const primary = readName(message, data);
    const admin = readName(message, primary.end);
    const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(admin.end + offset));
    return [primary.text, admin.text, ...numbers].join(" ");
  }
  return message.subarray(data, end).toString("latin1");
}

/** An IPv6 address with none of its zeros left out. */
function groupsOf(octets: Buffer): string {
  return Array.from({ length: 8 }, (_, index) => shortAt(octets, 2 * index).toString(16)).join(":");
}

function readName(message: Buffer, start: number): { text: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  for (let hops = 0; hops < 128; hops += 1) {
    const length = message.readUInt8(at);
    if (length === 0) return { text: `${labels.join(".")}.`, end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = shortAt(message, at) & 0x3fff;
      continue;
    }
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new Error("a name has no end");
}

function typeName(code: number): string {
  return Object.keys(codes).find((name) => codes[name] === code) ?? `TYPE${code}`;
}
