import type { Transport } from "../answers/respond.ts";

/** In the order in which they are counted. */
export const transports: readonly Transport[] = ["udp", "tcp", "tls", "https"];

/** Types counted apart; all others are `other`. Source: CoreDNS plugin/metrics/vars/monitor.go. */
export const countedTypes: readonly number[] = [
  1, 28, 5, 48, 43, 15, 50, 47, 2, 12, 46, 6, 33, 16, 65, 64, 251, 252, 255,
];

/** Codes counted apart, each at its own place; all others come together behind them. */
export const countedRcodes = 24;

/**
 * What a query's zone is called when it is outside all of ours, and when no question could be read. Source: CoreDNS. Their
 * rows come before those of the zones.
 */
export const outsideZones: readonly string[] = [".", "dropped"];

/**
 * Upper bounds in seconds: CoreDNS' `plugin.TimeBuckets` (0.25 ms, doubled up to 8 s), and finer ones below, since
 * answers from memory take microseconds.
 */
export const durationBuckets: readonly number[] = [
  ...[1, 2, 4, 8, 16, 32, 64, 125].map((micros) => micros / 1_000_000),
  ...Array.from({ length: 16 }, (_, power) => 0.00025 * 2 ** power),
];

/** Upper bounds in octets. Source: CoreDNS plugin/metrics/vars/vars.go. */
export const sizeBuckets: readonly number[] = [
  0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16_000, 32_000, 48_000, 64_000,
];

/** Each histogram has a cell for each bucket, one for what is above all of them, and one for the sum. */
const durationCells = durationBuckets.length + 2;
const sizeCells = sizeBuckets.length + 2;
export const typeCells: number = countedTypes.length + 1;
export const rcodeCells: number = countedRcodes + 1;

/** Where things are in the row of one transport and one zone. */
export const cell: Readonly<
  Record<"requests" | "rcodes" | "dnssecOk" | "durations" | "requestSizes" | "responseSizes", number>
> = {
  /** By family (IPv4, IPv6), then type. */
  requests: 0,
  rcodes: 2 * typeCells,
  dnssecOk: 2 * typeCells + rcodeCells,
  durations: 2 * typeCells + rcodeCells + 1,
  requestSizes: 2 * typeCells + rcodeCells + 1 + durationCells,
  responseSizes: 2 * typeCells + rcodeCells + 1 + durationCells + sizeCells,
};

/** Cells of one row. */
const rowCells: number = cell.responseSizes + sizeCells;

/** So many zones are counted apart at most; what lies in others is outside. */
export const zoneLimit = 30;

/** Cells of all rows: zones, and in each the transports. */
export const cellCount: number = (outsideZones.length + zoneLimit) * transports.length * rowCells;

/** Where the row of a zone (by its place in `outsideZones`, then among the zones) and a transport is. */
export function rowAt(zone: number, transport: number): number {
  return (zone * transports.length + transport) * rowCells;
}
