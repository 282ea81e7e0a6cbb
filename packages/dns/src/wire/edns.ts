import { byteAt, putShort, shortAt } from "./bytes.ts";
import { ednsUdpLimit, plainUdpLimit, types } from "./constants.ts";

/** Octets of an OPT record without options. */
export const optSize = 11;

/** What a query said in its OPT record. Source: RFC 6891 §6.1. */
export interface Edns {
  /** The longest datagram the asker takes. */
  readonly size: number;
  readonly version: number;
  /** Wants DNSSEC records; echoed (RFC 3225 §3), since there are none. */
  readonly dnssecOk: boolean;
}

/** The OPT record at `at` when it is the last thing in the message, as resolvers send it; its options are of no use here. */
export function lastOpt(message: Uint8Array, at: number): Edns | undefined {
  if (byteAt(message, at) !== 0 || shortAt(message, at + 1) !== types.OPT) return undefined;
  if (at + optSize + shortAt(message, at + 9) !== message.length) return undefined;
  return {
    size: shortAt(message, at + 3),
    version: byteAt(message, at + 6),
    dnssecOk: (byteAt(message, at + 7) & 0x80) !== 0,
  };
}

/** Never less than everybody takes, never more than passes in one piece. */
export function udpLimitOf(edns: Edns | undefined): number {
  return edns === undefined ? plainUdpLimit : Math.min(Math.max(edns.size, plainUdpLimit), ednsUdpLimit);
}

/** Writes our OPT record and returns where it ends. `extendedRcode` are the upper eight bits of the response code. */
export function putOpt(out: Uint8Array, at: number, opt: { dnssecOk: boolean; extendedRcode: number }): number {
  out[at] = 0;
  putShort(out, at + 1, types.OPT);
  putShort(out, at + 3, ednsUdpLimit);
  out[at + 5] = opt.extendedRcode;
  out[at + 6] = 0;
  putShort(out, at + 7, opt.dnssecOk ? 0x8000 : 0);
  putShort(out, at + 9, 0);
  return at + optSize;
}

/** Says in the OPT record at `at` that the asker wants DNSSEC records. */
export function putDnssecOk(out: Uint8Array, at: number): void {
  out[at + 7] = 0x80;
}
