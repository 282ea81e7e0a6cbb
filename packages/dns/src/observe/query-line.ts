import type { Transport } from "../answers/respond.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize, plainUdpLimit, tcpLimit } from "../wire/constants.ts";
import { ednsSize, questionNameEnd, rcodeOf, wantsDnssec } from "./message.ts";
import { classText, rcodeText, typeText } from "./words.ts";

/** A query and what became of it. */
export interface Asked {
  readonly message: Uint8Array;
  readonly transport: Transport;
  /** The asker's IP address. */
  readonly address: string;
  /** Undefined where there was none; the first message where there were several. */
  readonly answer: Uint8Array | undefined;
  /** How long that took, in milliseconds. */
  readonly ms: number;
}

/**
 * One line in the common log format of CoreDNS' plugin/log, so that what reads that reads this:
 * `[INFO] 127.0.0.1:0 - 4242 "A IN web.default.svc.cluster.local. udp 51 false 1232" NOERROR qr,aa,rd 96 0.000012345s`.
 * The port is not known where queries are answered, and written as 0; `-` stands for what there is none of. Whatever the
 * name is made of, it is one line without control characters.
 */
export function queryLine({ message, transport, address, answer, ms }: Asked): string {
  const remote = address.includes(":") ? `[${address}]` : address;
  const nameEnd = questionNameEnd(message);
  const isDnssec = nameEnd !== 0 && wantsDnssec(message, nameEnd + 5);
  const question = `${questionText(message, nameEnd)} ${protoOf(transport)} ${message.length} ${isDnssec}`;
  const answered =
    answer === undefined ? "- - 0" : `${rcodeText(rcodeOf(answer))} ${flagsText(answer)} ${answer.length}`;
  const size = sizeTaken(message, nameEnd, transport);
  return `[INFO] ${remote}:0 - ${shortAt(message, 0)} "${question} ${size}" ${answered} ${(ms / 1_000).toFixed(9)}s`;
}

function protoOf(transport: Transport): string {
  return transport === "udp" ? "udp" : "tcp";
}

/** How long an answer the asker takes. Source: CoreDNS plugin/pkg/edns `Size`. */
function sizeTaken(message: Uint8Array, nameEnd: number, transport: Transport): number {
  if (transport !== "udp") return tcpLimit;
  return Math.max(plainUdpLimit, nameEnd === 0 ? 0 : ednsSize(message, nameEnd + 5));
}

function questionText(message: Uint8Array, nameEnd: number): string {
  if (nameEnd === 0) return "- - .";
  return `${typeText(shortAt(message, nameEnd + 1))} ${classText(shortAt(message, nameEnd + 3))} ${nameText(message)}`;
}

/** The name in lower case with a closing dot, as in a master file (RFC 1035 §5.1). */
function nameText(message: Uint8Array): string {
  let text = "";
  let at = headerSize;
  for (let length = byteAt(message, at); length !== 0; length = byteAt(message, at)) {
    for (let index = 1; index <= length; index += 1) text += octetText(byteAt(message, at + index));
    text += ".";
    at += 1 + length;
  }
  return text === "" ? "." : text;
}

/** Source: miekg/dns `isDomainNameLabelSpecial`, `escapeByte`. */
function octetText(octet: number): string {
  if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, "0")}`;
  const character = String.fromCharCode(octet).toLowerCase();
  return ` .'@;()"\\`.includes(character) ? `\\${character}` : character;
}

const flagBits: readonly (readonly [name: string, octet: number, bit: number])[] = [
  ["qr", 2, 0x80],
  ["aa", 2, 0x04],
  ["tc", 2, 0x02],
  ["rd", 2, 0x01],
  ["ra", 3, 0x80],
  ["z", 3, 0x40],
  ["ad", 3, 0x20],
  ["cd", 3, 0x10],
];

function flagsText(answer: Uint8Array): string {
  return flagBits
    .filter(([, octet, bit]) => (byteAt(answer, octet) & bit) !== 0)
    .map(([name]) => name)
    .join();
}
