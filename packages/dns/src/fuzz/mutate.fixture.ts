import type { Random } from "./random.fixture.ts";

type Mutator = (random: Random, message: Buffer, other: Buffer) => Buffer;

/**
 * Changes a message as little or as badly as it happens, one to four times over. `other` is a message to take pieces from.
 * Never longer than a datagram may be.
 */
export function mutate(random: Random, message: Buffer, other: Buffer): Buffer {
  let mutated: Buffer = Buffer.from(message);
  for (let left = 1 + random.below(random.onceIn(3) ? 4 : 1); left > 0; left -= 1) {
    mutated = random.pick(mutators)(random, mutated, other).subarray(0, maxDatagram);
  }
  return mutated;
}

/** What a datagram of IPv4 can carry. */
const maxDatagram = 65_507;

const mutators: readonly Mutator[] = [
  flipBits,
  flipBits,
  setOctet,
  setOctet,
  truncate,
  extend,
  insert,
  remove,
  splice,
  setCount,
  setCount,
  setPointer,
  setPointer,
  loopPointers,
  setLength,
  repeatTail,
  appendRecord,
  appendRecord,
  inflate,
];

/** Numbers at the edges of what lengths, counts and label types mean. */
const edges = [0, 1, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff];

function flipBits(random: Random, message: Buffer): Buffer {
  for (let left = 1 + random.below(3); left > 0 && message.length > 0; left -= 1) {
    const at = random.below(message.length);
    message[at] = (message[at] ?? 0) ^ (1 << random.below(8));
  }
  return message;
}

function setOctet(random: Random, message: Buffer): Buffer {
  if (message.length > 0)
    message[random.below(message.length)] = random.onceIn(2) ? random.pick(edges) : random.below(256);
  return message;
}

function truncate(random: Random, message: Buffer): Buffer {
  return message.subarray(0, random.below(message.length + 1));
}

function extend(random: Random, message: Buffer): Buffer {
  return Buffer.concat([message, random.octets(1 + random.below(20))]);
}

function insert(random: Random, message: Buffer): Buffer {
  const at = random.below(message.length + 1);
  return Buffer.concat([message.subarray(0, at), random.octets(1 + random.below(6)), message.subarray(at)]);
}

function remove(random: Random, message: Buffer): Buffer {
  const at = random.below(message.length + 1);
  return Buffer.concat([message.subarray(0, at), message.subarray(at + 1 + random.below(6))]);
}

function splice(random: Random, message: Buffer, other: Buffer): Buffer {
  return Buffer.concat([
    message.subarray(0, random.below(message.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function setCount(random: Random, message: Buffer): Buffer {
  const at = 4 + 2 * random.below(4);
  if (message.length >= 12) message.writeUInt16BE(random.pick([0, 1, 2, 3, 31, 33, 255, 256, 65_535]), at);
  return message;
}

/** A compression pointer, to the question mostly. */
function setPointer(random: Random, message: Buffer): Buffer {
  if (message.length < 14) return message;
  const target = random.onceIn(3) ? random.below(0x4000) : 12 + random.below(message.length - 12);
  message.writeUInt16BE(0xc000 | (target & 0x3fff), 12 + random.below(message.length - 13));
  return message;
}

/** Two pointers at each other, or one at itself. */
function loopPointers(random: Random, message: Buffer): Buffer {
  if (message.length < 16) return message;
  const first = 12 + random.below(message.length - 13);
  const second = random.onceIn(2) ? first : 12 + random.below(message.length - 13);
  message.writeUInt16BE(0xc000 | (second & 0x3fff), first);
  message.writeUInt16BE(0xc000 | (first & 0x3fff), second);
  return message;
}

/** Sixteen bits that may be a length of data. */
function setLength(random: Random, message: Buffer): Buffer {
  if (message.length < 14) return message;
  message.writeUInt16BE(random.pick([0, 1, 4, 0x00ff, 0x0fff, 0x7fff, 0xffff]), 12 + random.below(message.length - 13));
  return message;
}

/** Everything behind the header, or the last part of it, once more: an OPT record twice, for one. */
function repeatTail(random: Random, message: Buffer): Buffer {
  const from = random.onceIn(2) ? message.length - 11 : 12 + random.below(message.length + 1);
  const longer = Buffer.concat([message, message.subarray(Math.max(0, from))]);
  if (longer.length >= 12 && random.onceIn(2)) {
    const at = random.pick([4, 6, 8, 10]);
    longer.writeUInt16BE((longer.readUInt16BE(at) + 1) & 0xffff, at);
  }
  return longer;
}

/** A record of some type behind the message, counted in some section: TSIG, SIG(0), SOA, OPT and others. */
function appendRecord(random: Random, message: Buffer): Buffer {
  if (message.length < 12) return message;
  const type = random.pick([1, 2, 5, 6, 15, 16, 24, 28, 33, 41, 41, 46, 48, 250, 257, 65_280]);
  const owner = random.pick([[0], [0], [0xc0, 0x0c], [1, 0x61, 0], [0x41, 0x61, 0], [0xc0, 0xff]]);
  const data = random.octets(random.pick([0, 4, 4, 6, 16, 22, 60]));
  const said = random.onceIn(8) ? random.below(65_536) : data.length;
  const fixed = [type >> 8, type, 0, 1, 0, 0, 0, 0, said >> 8, said];
  const longer = Buffer.concat([message, Buffer.from([...owner, ...fixed]), data]);
  const at = random.pick([6, 8, 10, 10]);
  longer.writeUInt16BE((longer.readUInt16BE(at) + 1) & 0xffff, at);
  return longer;
}

/** Rarely, as long as messages get: with zeros, records or nonsense behind it. */
function inflate(random: Random, message: Buffer): Buffer {
  if (!random.onceIn(20)) return message;
  const size = random.pick([4_000, 4_096, 4_097, 16_384, 65_000, 65_507]);
  const filling = random.pick([Buffer.alloc(1), message.subarray(-11), random.octets(37)]);
  return Buffer.concat([message, Buffer.alloc(Math.max(0, size - message.length), filling.length === 0 ? 1 : filling)]);
}
