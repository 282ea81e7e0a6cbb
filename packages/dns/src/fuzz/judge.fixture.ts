import type { Transport } from "../answers/respond.ts";
import type { Expected, Model, ModelRecord } from "./model.fixture.ts";
import { showName } from "./names.fixture.ts";
import { outsideAnswer } from "./outside.fixture.ts";
import { readQuery, type Asked } from "./read-query.fixture.ts";
import { readStrictly, type StrictMessage } from "./strict-message.fixture.ts";

export interface Exchange {
  readonly message: Buffer;
  readonly transport: Transport;
  /** Who asks. */
  readonly address: string;
  readonly answer: Buffer | undefined;
}

/** What is wrong with an answer, in words; undefined where nothing is. */
export function problemOf(exchange: Exchange, model: Model): string | undefined {
  try {
    judge(exchange, model);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether there is to be any answer. */
export function isAnswered(message: Buffer): boolean {
  return readQuery(message).is !== "ignored";
}

function judge({ message, transport, address, answer }: Exchange, model: Model): void {
  const query = readQuery(message);
  if (query.is === "ignored") return ensure(answer === undefined, "it was answered, though it is no query");
  if (answer === undefined) return fail("it was not answered");
  ensure(answer.length >= 12, `the answer has ${answer.length} octets`);
  ensure(answer.readUInt16BE(0) === message.readUInt16BE(0), "the answer has another id");
  const same = 0x7900;
  const flags = answer.readUInt16BE(2);
  ensure((flags & 0x8000) !== 0, "the answer is a query");
  ensure((flags & same) === (message.readUInt16BE(2) & same), "the answer has another opcode or RD bit");
  if (query.is === "bad") return judgeError(answer, query.rcode);
  if (query.isDoubtful && answer.length === 12) return judgeError(answer, 1);
  judgeAnswer(answer, { query, model, limit: limitOf(query, transport), message, address });
}

function judgeError(answer: Buffer, rcode: number): void {
  ensure(answer.length === 12, `the answer has ${answer.length} octets, and an error is a header`);
  ensure(
    (answer.readUInt16BE(2) & 0x86ff) === (0x8000 | rcode),
    `the header says ${answer.toString("hex")}, not code ${rcode}`,
  );
  ensure(
    answer.subarray(4).every((octet) => octet === 0),
    "a header alone counts records",
  );
}

interface Case {
  readonly query: Asked;
  readonly model: Model;
  readonly limit: number;
  readonly message: Buffer;
  readonly address: string;
}

function judgeAnswer(answer: Buffer, { query, model, limit, message, address }: Case): void {
  const { opt } = query;
  if (opt !== undefined && opt.version !== 0) {
    const read = readParts(answer, { query, message, limit });
    ensure(
      rcodeOf(answer, read) === 16 && (flagsOf(answer) & 0x06) === 0,
      "another version of EDNS is not answered BADVERS",
    );
    return ensure(
      read.answer.length + read.authority.length + read.additional.length === 0,
      "BADVERS comes with records",
    );
  }
  const expected = model.answerTo({ name: query.name, type: query.type, class: query.class, address });
  if (expected.isElsewhere)
    return ensure(answer.equals(outsideAnswer(message)), "the answer is not that of who was asked");
  const read = readParts(answer, { query, message, limit });
  const rcode = rcodeOf(answer, read);
  ensure(rcode === expected.rcode, `the code is ${rcode}, not ${expected.rcode}`);
  const flags = flagsOf(answer);
  ensure(((flags & 0x04) !== 0) === expected.isAuthoritative, `AA is ${expected.isAuthoritative ? "missing" : "set"}`);
  ensure(
    (answer.readUInt8(3) & 0xf0) === (model.isRecursive ? 0x80 : 0),
    "RA, AD, CD or what is reserved is not as it should be",
  );
  judgeRecords(answer, { read, expected, limit });
}

/** Everything that is said has to be true, and what is true has to be said where there is room. */
function judgeRecords(
  answer: Buffer,
  { read, expected, limit }: { read: StrictMessage; expected: Expected; limit: number },
): void {
  const isCut = (flagsOf(answer) & 0x02) !== 0;
  const { chain, set } = expected;
  const said = read.answer.map(textOf);
  ensure(new Set(said).size === said.length, "a record is given twice");
  const wanted = new Set([...chain, ...set].map(textOf));
  for (const [index, text] of said.entries()) {
    const inOrder = chain[index];
    ensure(wanted.has(text), `nobody says ${show(read.answer[index])}`);
    ensure(inOrder === undefined || textOf(inOrder) === text, `${show(inOrder)} should come earlier`);
  }
  if (isCut) {
    ensure(said.length < wanted.size, "TC is set, though nothing is missing");
    const missing = [...chain, ...set].filter((record) => !said.includes(textOf(record)));
    const room = limit - answer.length;
    // They come in turns, and the first that does not fit ends it.
    ensure(
      missing.some((record) => mostSize(record) > room),
      `TC is set with ${room} octets to spare`,
    );
  } else {
    ensure(said.length === wanted.size, `${wanted.size - said.length} records of the answer are missing`);
  }
  judgeHelp(read.authority, { wanted: expected.authority, room: limit - answer.length, isCut, what: "authority" });
  judgeHelp(read.additional, { wanted: expected.additional, room: limit - answer.length, isCut, what: "additional" });
}

/** The authority and the additional section: nothing untrue, nothing twice, all of it unless there is no room. */
function judgeHelp(
  given: readonly ModelRecord[],
  { wanted, room, isCut, what }: { wanted: readonly ModelRecord[]; room: number; isCut: boolean; what: string },
): void {
  if (given.length === 0 && wanted.length === 0) return;
  const allowed = new Set(wanted.map(textOf));
  const said = new Set(given.map(textOf));
  ensure(said.size === given.length, `a record of the ${what} section is given twice`);
  for (const record of given)
    ensure(allowed.has(textOf(record)), `${show(record)} does not belong in the ${what} section`);
  if (isCut) return;
  const missing = wanted.filter((record) => !said.has(textOf(record)));
  ensure(
    missing.length === 0 || missing.some((record) => mostSize(record) > room),
    `${show(missing[0])} is missing in the ${what} section with ${room} octets to spare`,
  );
}

function readParts(
  answer: Buffer,
  { query, message, limit }: { query: Asked; message: Buffer; limit: number },
): StrictMessage {
  ensure(answer.length <= limit, `the answer has ${answer.length} octets, and the asker takes ${limit}`);
  ensure(answer.readUInt16BE(4) === 1, "the answer does not have one question");
  ensure(answer.subarray(12, query.end).equals(message.subarray(12, query.end)), "the answer has another question");
  const read = readStrictly(answer);
  const { opt } = query;
  ensure(
    (read.opt !== undefined) === (opt !== undefined),
    `an OPT record is ${opt === undefined ? "added" : "missing"}`,
  );
  if (read.opt === undefined) return read;
  const flags = opt?.dnssecOk === true ? 0x8000 : 0;
  ensure(
    read.opt.version === 0 && read.opt.flags === flags && read.opt.options === 0,
    "the OPT record is not as it should be",
  );
  ensure(read.opt.size === 1232, `the OPT record says ${read.opt.size} octets`);
  return read;
}

/** Octets the asker takes. Source: RFC 1035 §4.2.1, RFC 6891 §6.2.3, and 1232 octets that pass everywhere. */
function limitOf({ opt }: Asked, transport: Transport): number {
  if (transport !== "udp") return 65_535;
  return opt === undefined ? 512 : Math.min(1232, Math.max(512, opt.size));
}

function rcodeOf(answer: Buffer, { opt }: StrictMessage): number {
  return ((opt?.extendedRcode ?? 0) << 4) | (answer.readUInt8(3) & 0x0f);
}

function flagsOf(answer: Buffer): number {
  return answer.readUInt8(2);
}

/** Octets of the record with nothing of it compressed. */
function mostSize({ owner, data }: ModelRecord): number {
  return owner.length + 1 + 10 + data.length;
}

function textOf({ owner, type, class: recordClass, ttl, data }: ModelRecord): string {
  return `${type} ${recordClass} ${ttl} ${owner.length} ${owner}${data}`;
}

function show(record: ModelRecord | undefined): string {
  if (record === undefined) return "nothing";
  const { owner, type, class: recordClass, ttl, data } = record;
  return `${showName(owner)} ${ttl} CLASS${recordClass} TYPE${type} ${Buffer.from(data, "latin1").toString("hex")}`;
}

function ensure(isTrue: boolean, problem: string): void {
  if (!isTrue) fail(problem);
}

function fail(problem: string): void {
  throw new Error(problem);
}
