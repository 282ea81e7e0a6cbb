import { readExtras } from "../codec.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { classChaos, classIn, headerSize, rcodes, tcpLimit, types } from "../wire/constants.ts";
import { lastOpt, udpLimitOf, type Edns } from "../wire/edns.ts";
import { QuestionReader } from "../wire/question.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";
import { followAliases } from "./aliases.ts";
import { chaosRecord, type Identity } from "./chaos.ts";
import { targetAddresses } from "./companions.ts";
import { compose, composeError, type Asked, type Reply } from "./compose.ts";
import type { Outside } from "./outside.ts";
import { spelledAddress } from "./pod-names.ts";
import type { Respond, Transport } from "./respond.ts";
import type { Transfer } from "./transfer.ts";

export interface ResponderOptions {
  /** Deeper zones first where one lies in another. */
  readonly zones: readonly Zone[];
  /** Whether the tables are whole. Until then a miss means nothing and is answered SERVFAIL. */
  readonly isSynced: () => boolean;
  readonly identity: Identity;
  /** Whether `10-244-0-5.default.pod` has the address it spells, pod or no pod. */
  readonly echoesPodNames?: boolean;
  /** Who answers for names of nobody here; REFUSED without. */
  readonly outside?: Outside | undefined;
  /** Who hands out whole zones; REFUSED without. */
  readonly transfer?: Transfer | undefined;
}

/** Where a question leads that our zones do not answer by themselves. */
type Elsewhere = "outside" | "alias";

const refused: Reply = { rcode: rcodes.REFUSED, isAuthoritative: false };

/**
 * Answers queries from prepared records. A plain query (one question, at most an OPT record behind it) costs one walk over
 * its name, one look-up and one copy; dns2 is asked only about queries with more in them.
 */
export function createResponder(options: ResponderOptions): Respond {
  const { zones, isSynced, identity, outside, transfer } = options;
  const isRecursive = outside !== undefined;
  const question = new QuestionReader();

  function respond(message: Buffer, transport: Transport, address: string): ReturnType<Respond> {
    // An answer is never answered: two servers would go on for ever.
    if (message.length < headerSize || (byteAt(message, 2) & 0x80) !== 0) return undefined;
    if ((byteAt(message, 2) & 0x78) !== 0) return composeError(message, rcodes.NOTIMP);
    if (shortAt(message, 4) !== 1 || !question.read(message)) return composeError(message, rcodes.FORMERR);
    const { end, type } = question;
    const isTransfer = type === types.AXFR || type === types.IXFR;
    const edns = isTransfer ? undefined : ednsOf(message, end);
    if (edns === "malformed") return composeError(message, rcodes.FORMERR);
    const limit = transport === "udp" ? udpLimitOf(edns) : tcpLimit;
    const asked: Asked = { message, end, edns, limit, isRecursive };
    if (edns !== undefined && edns.version !== 0)
      return compose(asked, { rcode: rcodes.BADVERS, isAuthoritative: false });
    if (question.class === classChaos) return compose(asked, chaosReply());
    const zone = question.class === classIn ? zoneOf() : undefined;
    if (isTransfer) return handOut(asked, { zone, transport, address });
    if (zone === undefined) return question.class === classIn ? ask(asked, transport) : compose(asked, refused);
    const reply = replyOf(zone);
    if (reply === "outside") return ask(asked, transport);
    return reply === "alias" ? follow(asked, zone) : compose(asked, reply);
  }

  /** What to say to the question just read. */
  function replyOf(zone: Zone): Reply | Elsewhere {
    const start = question.suffixStart(zone.labels);
    const offset = start - headerSize;
    if (!isSynced()) return denial(zone, offset, rcodes.SERVFAIL);
    const end = zone.isRelative ? start : question.nameEnd;
    const sets = offset === 0 ? zone.apex() : nodeBefore(zone, end)?.sets;
    if (!zone.isAuthority && (offset === 0 || sets === undefined || sets.length === 0)) return "outside";
    if (sets === undefined) return spelled(zone, start) ?? denial(zone, offset, rcodes.NXDOMAIN);
    const { type } = question;
    if (type === types.ANY) return { rcode: rcodes.NOERROR, isAuthoritative: true, answer: minimalAny };
    const set = setOf(sets, type);
    if (set === undefined) {
      return setOf(sets, types.CNAME) === undefined ? denial(zone, offset, rcodes.NOERROR) : "alias";
    }
    const isTarget = type === types.SRV || type === types.PTR;
    const answer = { set, ttlSeconds: zone.ttlSeconds, suffix: isTarget ? zone.targetSuffix : "" };
    if (type === types.SRV) {
      const name = lowerName(end);
      return { rcode: rcodes.NOERROR, isAuthoritative: true, answer, additional: () => companionsOf(set, name, zone) };
    }
    if (type === types.NS)
      return { rcode: rcodes.NOERROR, isAuthoritative: true, answer, additional: () => zone.glue() };
    return { rcode: rcodes.NOERROR, isAuthoritative: true, answer };
  }

  /** What stands at a name. Names are mostly asked for in lower case, so that is tried first. */
  function nodeBefore({ table }: Zone, end: number): NameNode | undefined {
    const node = table.find(question.key(end));
    if (node !== undefined) return node;
    const lower = question.lowerKey(end);
    return lower === undefined ? undefined : table.find(lower);
  }

  function lowerName(end: number): string {
    return question.lowerKey(end) ?? question.key(end);
  }

  /** The answer to the name of a pod that need not exist. */
  function spelled(zone: Zone, end: number): Reply | undefined {
    if (options.echoesPodNames !== true) return undefined;
    const address = spelledAddress(lowerName(end));
    if (address === undefined || zone.table.find(address.namespaceName) === undefined) return undefined;
    if (address.type !== question.type) return denial(zone, end - headerSize, rcodes.NOERROR);
    const answer = { set: new RecordSet(address.type, address.data), ttlSeconds: zone.ttlSeconds, suffix: "" };
    return { rcode: rcodes.NOERROR, isAuthoritative: true, answer };
  }

  function follow(asked: Asked, zone: Zone): Buffer | Promise<readonly Buffer[]> {
    const start = question.suffixStart(zone.labels);
    const end = zone.isRelative ? start : question.nameEnd;
    const { type } = question;
    const alias = setOf(nodeBefore(zone, end)?.sets ?? [], types.CNAME);
    if (alias === undefined) return compose(asked, refused);
    const { ttlSeconds } = zone;
    const chain = followAliases(alias, { type, end: asked.end, ttlSeconds, zones });
    const authority = chain.rcode === rcodes.NXDOMAIN ? zone.denial(start - headerSize) : [];
    const reply: Reply = { rcode: chain.rcode, isAuthoritative: true, chain: chain.records, authority };
    if (chain.outside === undefined || outside === undefined) return compose(asked, reply);
    return outside
      .resolve(chain.outside, type)
      .then(({ rcode, records }) => [compose(asked, { ...reply, rcode, chain: [...chain.records, ...records] })]);
  }

  function ask(asked: Asked, transport: Transport): Buffer | Promise<readonly Buffer[]> {
    if (outside === undefined) return compose(asked, refused);
    return outside.ask(asked.message, transport).then((answer) => [answer]);
  }

  function handOut(
    asked: Asked,
    to: { zone: Zone | undefined; transport: Transport; address: string },
  ): Buffer | Promise<readonly Buffer[]> {
    const { zone, transport, address } = to;
    const isWhole = zone !== undefined && zone.isAuthority && question.suffixStart(zone.labels) === headerSize;
    const messages =
      isWhole && isSynced() ? transfer?.({ asked, type: question.type, zone, transport, address }) : undefined;
    return messages ?? compose(asked, refused);
  }

  function chaosReply(): Reply {
    const record = chaosRecord(lowerName(question.nameEnd), question.type, identity);
    return record === undefined ? refused : { rcode: rcodes.NOERROR, isAuthoritative: true, chain: [record] };
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

function companionsOf(set: RecordSet, name: string, zone: Zone): readonly string[] {
  const node = zone.table.find(name);
  return node === undefined ? [] : targetAddresses(set, { name, node, zone });
}

function denial(zone: Zone, offset: number, rcode: number): Reply {
  return { rcode, isAuthoritative: true, authority: zone.denial(offset) };
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
const minimalAny = {
  set: new RecordSet(types.HINFO, "\x07RFC8482\0", 3600),
  ttlSeconds: 3600,
  suffix: "",
};
