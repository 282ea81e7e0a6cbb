import { encodeRecords, readExtras } from "../codec.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { classIn, headerSize, rcodes, tcpLimit, types } from "../wire/constants.ts";
import { lastOpt, udpLimitOf, type Edns } from "../wire/edns.ts";
import { QuestionReader } from "../wire/question.ts";
import { setOf, type NameTable } from "../zone/name-table.ts";
import { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";
import { compose, composeError, type Asked, type Reply } from "./compose.ts";

export interface ResponderOptions {
  /** Deeper zones first where one lies in another. */
  readonly zones: readonly Zone[];
  readonly table: NameTable;
  /** Whether the table is whole. Until then a miss means nothing and is answered SERVFAIL. */
  readonly isSynced: () => boolean;
}

/** From a message to the answer, or undefined where there is to be none. Never throws, whatever the message is. */
export type Respond = (message: Buffer, transport: "udp" | "tcp") => Buffer | undefined;

const refused: Reply = { rcode: rcodes.REFUSED, authoritative: false };

/**
 * Answers queries from prepared records. A plain query (one question, at most an OPT record behind it) costs one walk over
 * its name, one look-up and one copy; dns2 is asked only about queries with more in them.
 */
export function createResponder({ zones, table, isSynced }: ResponderOptions): Respond {
  const question = new QuestionReader();

  function respond(message: Buffer, transport: "udp" | "tcp"): Buffer | undefined {
    // An answer is never answered: two servers would go on for ever.
    if (message.length < headerSize || (byteAt(message, 2) & 0x80) !== 0) return undefined;
    if ((byteAt(message, 2) & 0x78) !== 0) return composeError(message, rcodes.NOTIMP);
    if (shortAt(message, 4) !== 1 || !question.read(message)) return composeError(message, rcodes.FORMERR);
    const edns = ednsOf(message, question.end);
    if (edns === "malformed") return composeError(message, rcodes.FORMERR);
    const limit = transport === "tcp" ? tcpLimit : udpLimitOf(edns);
    const asked: Asked = { message, end: question.end, edns, limit };
    if (edns !== undefined && edns.version !== 0)
      return compose(asked, { rcode: rcodes.BADVERS, authoritative: false });
    return compose(asked, reply());
  }

  /** What to say to the question just read. */
  function reply(): Reply {
    const zone = question.class === classIn ? zoneOf() : undefined;
    if (zone === undefined) return refused;
    const start = question.suffixStart(zone.labels);
    const offset = start - headerSize;
    const isTransfer = question.type === types.AXFR || question.type === types.IXFR;
    if (isTransfer) return refused;
    if (!isSynced()) return { rcode: rcodes.SERVFAIL, authoritative: true, authority: zone.denial(offset) };
    const sets = offset === 0 ? zone.apex() : setsBefore(start);
    if (sets === undefined) return { rcode: rcodes.NXDOMAIN, authoritative: true, authority: zone.denial(offset) };
    if (question.type === types.ANY) return { rcode: rcodes.NOERROR, authoritative: true, answer: minimalAny };
    const answer = setOf(sets, question.type);
    if (answer === undefined) return { rcode: rcodes.NOERROR, authoritative: true, authority: zone.denial(offset) };
    if (answer.type === types.NS)
      return { rcode: rcodes.NOERROR, authoritative: true, answer, additional: zone.glue() };
    return { rcode: rcodes.NOERROR, authoritative: true, answer };
  }

  /** What stands at the name before the zone. Names are mostly asked for in lower case, so that is tried first. */
  function setsBefore(end: number): readonly RecordSet[] | undefined {
    const node = table.find(question.key(end));
    if (node !== undefined) return node.sets;
    const lower = question.lowerKey(end);
    return lower === undefined ? undefined : table.find(lower)?.sets;
  }

  function zoneOf(): Zone | undefined {
    for (const zone of zones) {
      if (question.labelCount < zone.labels) continue;
      const start = question.suffixStart(zone.labels);
      if (question.nameEnd - start === zone.wire.length && question.hasAt(start, zone.wire)) return zone;
    }
    return undefined;
  }

  return respond;
}

function ednsOf(message: Buffer, end: number): Edns | undefined | "malformed" {
  const additionals = shortAt(message, 10);
  const isPlain = shortAt(message, 6) === 0 && shortAt(message, 8) === 0;
  if (isPlain && additionals === 0 && message.length === end) return undefined;
  const opt = isPlain && additionals === 1 ? lastOpt(message, end) : undefined;
  if (opt !== undefined) return opt;
  const extras = readExtras(message);
  return extras.is === "read" ? extras.edns : "malformed";
}

/** To "everything" the answer is that nobody should ask so. Source: RFC 8482 §4.2. */
const minimalAny = hinfo("RFC8482");

function hinfo(cpu: string): RecordSet {
  const data = Buffer.from(`${String.fromCharCode(cpu.length)}${cpu}\0`, "latin1");
  return new RecordSet(
    types.HINFO,
    encodeRecords("any", [{ name: "any", type: types.HINFO, ttl: 3600, data }]).join(""),
  );
}
