import type { Respond, Transport } from "../answers/respond.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { classIn } from "../wire/constants.ts";
import { questionNameEnd, rcodeOf, wantsDnssec } from "./message.ts";
import {
  cell,
  cellCount,
  countedRcodes,
  countedTypes,
  durationBuckets,
  outsideZones,
  rowAt,
  sizeBuckets,
  transports,
  typeCells,
  zoneLimit,
} from "./meter-layout.ts";
import { createZoneFinder } from "./zone-finder.ts";

export interface QueryMeterOptions {
  /** All names that are answered with authority lie in these; without closing dot. See `withZones`. */
  readonly zones: readonly string[];
  /** Where to count: memory of `createMeterMemory`, which another thread may read. Defaults to memory of its own. */
  readonly memory?: SharedArrayBuffer;
  /** Milliseconds from anywhere, with fractions. Defaults to `performance.now`. */
  readonly nowMs?: () => number;
}

/** Counts queries of one thread. */
export interface QueryMeter {
  /** The same, counted: at once what is answered at once, and what takes time when it is answered. */
  wrap(respond: Respond): Respond;
  /** Goes over to these zones, which begin with those so far. */
  configure(zones: readonly string[]): void;
  /** The counts as they are now, in the places that meter-layout.ts names. */
  snapshot(): Float64Array;
}

/**
 * Requests, codes and DO are counted for each query. Looking at the clock twice costs 0.1 µs, a tenth of an answer from
 * memory, so under load duration and sizes are those of every 17th answer, which weighs for those before it; 17, because
 * clients ask in pairs (A, AAAA). With a millisecond between two samples there is no load, and each answer is one.
 */
const sampledEvery = 17;
const busyGapMs = 1;

/** Zeroed memory for a meter, 120 kB; where it is kept, a thread's counts outlive the thread. */
export function createMeterMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(cellCount * Float64Array.BYTES_PER_ELEMENT);
}

/** The zones so far and behind them what is new, so that each keeps its place in the counts for as long as they are kept. */
export function withZones(zones: readonly string[], now: readonly string[]): readonly string[] {
  return [...new Set([...zones, ...now])];
}

/** Counts of several threads together. They have to be of one length. */
export function addSnapshots(snapshots: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(snapshots[0]?.length ?? 0);
  for (const snapshot of snapshots) {
    for (let at = 0; at < total.length; at += 1) total[at] = (total[at] ?? 0) + (snapshot[at] ?? 0);
  }
  return total;
}

/** The counts in a meter's memory, as they are now; for the thread that does not count there. */
export function readMeterMemory(memory: SharedArrayBuffer): Float64Array {
  return new Float64Array(memory).slice();
}

/** Nothing is allocated for an answer that comes at once: its figures go into cells that were there from the beginning. */
export function createQueryMeter(options: QueryMeterOptions): QueryMeter {
  const { zones, nowMs = () => performance.now(), memory = createMeterMemory() } = options;
  const cells = new Float64Array(memory);
  let findZone = createZoneFinder(zones);
  /** Answers since the last sample. */
  let unsampled = 0;
  let gap = 1;
  let lastSampleMs = Number.NEGATIVE_INFINITY;

  function bump(at: number, by: number): void {
    cells[at] = (cells[at] ?? 0) + by;
  }

  function countSize(at: number, size: number, weight: number): void {
    bump(at + sizeSlot(size), weight);
    bump(at + sizeBuckets.length + 1, size * weight);
  }

  function countDuration(row: number, ms: number, weight: number): void {
    const seconds = ms / 1_000;
    bump(row + cell.durations + slotOf(durationBuckets, seconds), weight);
    bump(row + cell.durations + durationBuckets.length + 1, seconds * weight);
  }

  function countRcode(row: number, answer: Buffer): void {
    bump(row + cell.rcodes + Math.min(rcodeOf(answer), countedRcodes), 1);
  }

  async function countLater(
    row: number,
    size: number,
    pending: Promise<readonly Buffer[]>,
  ): Promise<readonly Buffer[]> {
    const startedMs = nowMs();
    const messages = await pending;
    countDuration(row, nowMs() - startedMs, 1);
    countSize(row + cell.requestSizes, size, 1);
    const [first] = messages;
    if (first !== undefined) {
      countRcode(row, first);
      countSize(row + cell.responseSizes, first.length, 1);
    }
    return messages;
  }

  return {
    wrap: (respond) => (message, transport, address) => {
      const isSample = unsampled + 1 >= gap;
      const startedMs = isSample ? nowMs() : 0;
      const answered = respond(message, transport, address);
      const endedMs = isSample ? nowMs() : 0;
      const answer = Buffer.isBuffer(answered) ? answered : undefined;

      const nameEnd = questionNameEnd(message);
      const isOurs = answer !== undefined && nameEnd !== 0 && isFromOurZones(message, nameEnd, answer);
      const zone = nameEnd === 0 ? dropped : zoneSlot(findZone(message, nameEnd, isOurs));
      const row = rowAt(zone, transportSlot(transport));
      const type = nameEnd === 0 ? typeCells - 1 : typeSlot(shortAt(message, nameEnd + 1));
      bump(row + cell.requests + (isIPv4(address) ? type : typeCells + type), 1);
      if (nameEnd !== 0 && wantsDnssec(message, nameEnd + 5)) bump(row + cell.dnssecOk, 1);
      if (answer === undefined) {
        return answered instanceof Promise ? countLater(row, message.length, answered) : undefined;
      }

      countRcode(row, answer);
      unsampled += 1;
      if (isSample) {
        countDuration(row, endedMs - startedMs, unsampled);
        countSize(row + cell.requestSizes, message.length, unsampled);
        countSize(row + cell.responseSizes, answer.length, unsampled);
        gap = endedMs - lastSampleMs >= busyGapMs ? 1 : sampledEvery;
        lastSampleMs = endedMs;
        unsampled = 0;
      }
      return answer;
    },
    configure(next) {
      findZone = createZoneFinder(next);
    },
    snapshot: () => cells.slice(),
  };
}

/** Where a zone's rows are, by the number that was found for it. */
function zoneSlot(found: number): number {
  return found < 0 || found >= zoneLimit ? outside : outsideZones.length + found;
}

const outside = outsideZones.indexOf(".");
const dropped = outsideZones.indexOf("dropped");

/** Only names of our zones are answered with authority; questions of other classes are not about zones. */
function isFromOurZones(message: Buffer, nameEnd: number, answer: Buffer): boolean {
  return (byteAt(answer, 2) & 0x04) !== 0 && shortAt(message, nameEnd + 3) === classIn;
}

function transportSlot(transport: Transport): number {
  return transport === "udp" ? 0 : transports.indexOf(transport);
}

/** An IPv4 address as text has its first dot in its first four characters; an IPv6 address has none there. */
function isIPv4(address: string): boolean {
  return address.charCodeAt(1) === 0x2e || address.charCodeAt(2) === 0x2e || address.charCodeAt(3) === 0x2e;
}

const typeSlots = Uint8Array.from({ length: 256 }, (_, type) => {
  const slot = countedTypes.indexOf(type);
  return slot < 0 ? countedTypes.length : slot;
});

function typeSlot(type: number): number {
  return typeSlots[type] ?? countedTypes.length;
}

/** Nearly all messages are this short. */
const sizeSlots = Uint8Array.from({ length: 2_048 }, (_, size) => slotOf(sizeBuckets, size));

function sizeSlot(size: number): number {
  return sizeSlots[size] ?? slotOf(sizeBuckets, size);
}

/** The first bucket that holds the value, or the place behind the last. */
function slotOf(bounds: readonly number[], value: number): number {
  let slot = 0;
  while (slot < bounds.length && value > (bounds[slot] ?? 0)) slot += 1;
  return slot;
}
