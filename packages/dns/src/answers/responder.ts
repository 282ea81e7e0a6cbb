import { readExtras } from "../codec.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { classChaos, classIn, headerSize, rcodes, tcpLimit, types } from "../wire/constants.ts";
import { lastOpt, udpLimitOf, type Edns } from "../wire/edns.ts";
import { QuestionReader } from "../wire/question.ts";
import { parentOf } from "../wire/name.ts";
import type { Epochs } from "../zone/epochs.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";
import type { Tables } from "../zone/zone-data.ts";
import { followAliases } from "./aliases.ts";
import { chaosRecord, type Identity } from "./chaos.ts";
import { targetAddresses } from "./companions.ts";
import { compose, composeError, composeReply, type Asked, type Reply } from "./compose.ts";
import { PlainQuery } from "./plain-query.ts";
import { PreparedAnswers, type Preparation } from "./prepared.ts";
import type { Outside } from "./outside.ts";
import { spelledAddress, type PodAddress } from "./pod-names.ts";
import { shortNameNode } from "./short-names.ts";
import type { Respond, Transport } from "./respond.ts";
import type { Transfer } from "./transfer.ts";

export interface ResponderOptions {
  /** Deeper zones first where one lies in another. */
  readonly zones: readonly Zone[];
  readonly tables: Tables;
  /** Counts the changes of the zones' tables. */
  readonly epochs: Epochs;
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

interface Decision {
  readonly reply: Reply;
  /** How the answer may be kept; not at all without. */
  readonly preparation?: Preparation;
}

/** Where a question leads that our zones do not answer by themselves. */
type Elsewhere = "outside" | "alias";

/** How a chain of aliases is answered. */
interface Following {
  readonly ttlSeconds: number;
  /** The authority section for a chain that a zone has ended with a "no", or that nobody has. */
  readonly denialOf: (zone: Zone | undefined) => NonNullable<Reply["authority"]>;
}

const empty: Reply = { rcode: rcodes.NOERROR, isAuthoritative: true };

const refused: Reply = { rcode: rcodes.REFUSED, isAuthoritative: false };

/**
 * Answers queries from prepared records. A plain query (one question, at most an OPT record behind it) costs one walk over
 * its name, one look-up and one copy; dns2 is asked only about queries with more in them.
 */
export function createResponder(options: ResponderOptions): Respond {
  const { zones, tables, epochs, isSynced, identity, outside, transfer } = options;
  const isRecursive = outside !== undefined;
  const question = new QuestionReader();
  const plain = new PlainQuery(isRecursive);
  const prepared = new PreparedAnswers(epochs);

  function respond(message: Buffer, transport: Transport, address: string): ReturnType<Respond> {
    // An answer is never answered: two servers would go on for ever.
    if (message.length < headerSize || (byteAt(message, 2) & 0x80) !== 0) return undefined;
    const known = plain.read(message, transport) ? prepared.find(plain) : undefined;
    if (known !== undefined) return known;
    if ((byteAt(message, 2) & 0x78) !== 0) return composeError(message, rcodes.NOTIMP);
    if (shortAt(message, 4) !== 1 || !question.read(message)) return composeError(message, rcodes.FORMERR);
    const { end, type } = question;
    const isTransfer = type === types.AXFR || type === types.IXFR;
    const edns = ednsOf(message, end);
    if (edns === "malformed") return composeError(message, rcodes.FORMERR);
    const limit = transport === "udp" ? udpLimitOf(edns) : tcpLimit;
    const asked: Asked = { message, end, edns, limit, isRecursive };
    if (edns !== undefined && edns.version !== 0)
      return compose(asked, { rcode: rcodes.BADVERS, isAuthoritative: false });
    if (question.class === classChaos) return compose(asked, chaosReply());
    const zone = question.class === classIn ? zoneOf() : undefined;
    if (isTransfer) return handOut(asked, { zone, transport, address });
    if (question.class !== classIn) return compose(asked, refused);
    if (zone === undefined) return answerShort(asked, address) ?? ask(asked, transport);
    const decision = decide(zone);
    if (decision === "outside") return ask(asked, transport);
    if (decision === "alias") return followInZone(asked, zone);
    const composed = composeReply(asked, decision.reply);
    if (decision.preparation !== undefined) prepared.keep(asked, composed, decision.preparation);
    return composed.message;
  }

  /** What to say to the question just read. */
  function decide(zone: Zone): Decision | Elsewhere {
    const start = question.suffixStart(zone.labels);
    const offset = start - headerSize;
    if (!isSynced()) return { reply: denial(zone, offset, rcodes.SERVFAIL) };
    if (offset === 0) return zone.isAuthority ? { reply: replyAtTop(zone) } : "outside";
    const end = zone.isRelative ? start : question.nameEnd;
    const node = nodeBefore(zone, end);
    if (!zone.isAuthority && (node === undefined || node.sets.length === 0)) return "outside";
    const { type } = question;
    if (node === undefined) {
      const address = options.echoesPodNames === true ? spelledAddress(lowerName(start)) : undefined;
      if (address !== undefined) return { reply: spelled(zone, start, address) };
      return {
        reply: denial(zone, offset, rcodes.NXDOMAIN),
        preparation: negative(zone, epochs.slotOf(lowerName(end))),
      };
    }
    if (type === types.ANY) return { reply: minimalAny };
    const set = setOf(node.sets, type);
    if (set !== undefined) return replyWith(set, { zone, node, end });
    if (setOf(node.sets, types.CNAME) !== undefined) return "alias";
    return { reply: denial(zone, offset, rcodes.NOERROR), preparation: negative(zone, node.slot) };
  }

  /** The answer to a question for records there are. */
  function replyWith(set: RecordSet, at: { zone: Zone; node: NameNode; end: number }): Decision {
    const { zone, node, end } = at;
    const { type } = set;
    const isAddress = type === types.A || type === types.AAAA;
    const suffix = type === types.SRV || type === types.PTR ? zone.targetSuffix : "";
    const answer = { set, ttlSeconds: zone.ttlSeconds, suffix };
    const reply = { rcode: rcodes.NOERROR, isAuthoritative: true, answer };
    if (type !== types.SRV) {
      const stride = isAddress && set.records.length > 1 ? recordSize(set) : 0;
      return { reply, preparation: { slot: node.slot, stride, serial: undefined, isMadeUp: false } };
    }
    const name = lowerName(end);
    // Its targets lie at or below the service, and so do changes that matter to them.
    const { slot } = serviceOf(name, node);
    return {
      reply: { ...reply, additional: () => targetAddresses(set, name, zone) },
      preparation: { slot, stride: 0, serial: undefined, isMadeUp: false },
    };
  }

  function replyAtTop(zone: Zone): Reply {
    if (question.type === types.ANY) return minimalAny;
    const set = setOf(zone.apex(), question.type);
    if (set === undefined) return denial(zone, 0, rcodes.NOERROR);
    const answer = { set, ttlSeconds: zone.ttlSeconds, suffix: "" };
    const reply = { rcode: rcodes.NOERROR, isAuthoritative: true, answer };
    return set.type === types.NS ? { ...reply, additional: () => zone.glue() } : reply;
  }

  /** A "no" may be kept too, but strangers may not fill the memory with it. */
  function negative({ serialNow }: Zone, slot: number): Preparation {
    const isUsual = question.type === types.A || question.type === types.AAAA;
    return { slot, stride: 0, serial: serialNow, isMadeUp: !isUsual };
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

  /** The answer to the name of a pod that need not exist. Never kept: it depends on the namespace, which lies elsewhere. */
  function spelled(zone: Zone, end: number, address: PodAddress): Reply {
    const offset = end - headerSize;
    if (zone.table.find(address.namespaceName) === undefined) return denial(zone, offset, rcodes.NXDOMAIN);
    if (address.type !== question.type) return denial(zone, offset, rcodes.NOERROR);
    const answer = { set: new RecordSet(address.type, address.data), ttlSeconds: zone.ttlSeconds, suffix: "" };
    return { rcode: rcodes.NOERROR, isAuthoritative: true, answer };
  }

  /** The answer to a pod that leaves the search list to us. */
  function answerShort(asked: Asked, address: string): Buffer | Promise<readonly Buffer[]> | undefined {
    if (!isSynced()) return undefined;
    const name = lowerName(question.nameEnd);
    const node = shortNameNode(name, { labels: question.labelCount, address, tables });
    if (node === undefined) return undefined;
    const isAddress = question.type === types.A || question.type === types.AAAA;
    if (!isAddress) return compose(asked, empty);
    const ttlSeconds = zones[0]?.ttlSeconds ?? 0;
    const set = setOf(node.sets, question.type);
    if (set !== undefined) return compose(asked, { ...empty, answer: { set, ttlSeconds, suffix: "" } });
    const alias = setOf(node.sets, types.CNAME);
    if (alias === undefined) return compose(asked, empty);
    return follow(asked, alias, { ttlSeconds, denialOf: (zone) => zone?.distantDenial() ?? [] });
  }

  function followInZone(asked: Asked, zone: Zone): Buffer | Promise<readonly Buffer[]> {
    const start = question.suffixStart(zone.labels);
    const end = zone.isRelative ? start : question.nameEnd;
    const alias = setOf(nodeBefore(zone, end)?.sets ?? [], types.CNAME);
    if (alias === undefined) return compose(asked, refused);
    return follow(asked, alias, {
      ttlSeconds: zone.ttlSeconds,
      denialOf: (by) => (by === zone ? zone.denial(start - headerSize) : (by?.distantDenial() ?? [])),
    });
  }

  function follow(asked: Asked, alias: RecordSet, { ttlSeconds, denialOf }: Following): ReturnType<typeof ask> {
    const { type } = question;
    const name = lowerName(question.nameEnd);
    const chain = followAliases(alias, { name, type, end: asked.end, ttlSeconds, zones });
    const { rcode, records } = chain;
    const reply: Reply = { rcode, isAuthoritative: true, chain: records, authority: denialOf(chain.deniedBy) };
    if (chain.outside === undefined || outside === undefined) return compose(asked, reply);
    return outside
      .resolve(chain.outside, type)
      .then((resolved) => [
        compose(asked, { ...reply, rcode: resolved.rcode, chain: [...records, ...resolved.records] }),
      ]);
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

/** The name above `_port._protocol`. */
function serviceOf(name: string, node: NameNode): NameNode {
  const parent = name.charCodeAt(1) === 0x5f ? parentOf(name) : undefined;
  return parent === undefined || node.parent === undefined ? node : serviceOf(parent, node.parent);
}

/** Octets of each record of a set of addresses, its owner being a pointer. */
function recordSize({ records }: RecordSet): number {
  return 12 + (records[0] ?? "").length;
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
const minimalAny: Reply = {
  rcode: rcodes.NOERROR,
  isAuthoritative: true,
  answer: { set: new RecordSet(types.HINFO, "\x07RFC8482\0", 3600), ttlSeconds: 3600, suffix: "" },
};
