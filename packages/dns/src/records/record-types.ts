import { ipv4Octets, ipv6Octets } from "../wire/address.ts";
import { binaryShort, inOnePiece } from "../wire/bytes.ts";
import { types } from "../wire/constants.ts";
import { wireName } from "../wire/name.ts";

/** The types of records that objects of the API turn into. A new type is a row here and makers that use it. */
export type RecordType = "A" | "AAAA" | "SRV" | "PTR" | "CNAME" | "TXT";

interface Row {
  readonly code: number;
  /** The data's octets in a latin1 string, or undefined where the text is not data of this type. */
  readonly encode: (data: string) => string | undefined;
}

const rows: Readonly<Record<RecordType, Row>> = {
  A: { code: types.A, encode: ipv4Octets },
  AAAA: { code: types.AAAA, encode: ipv6Octets },
  SRV: { code: types.SRV, encode: encodeService },
  PTR: { code: types.PTR, encode: wireName },
  CNAME: { code: types.CNAME, encode: encodeAbsolute },
  TXT: { code: types.TXT, encode: encodeText },
};

export function codeOf(type: RecordType): number {
  return rows[type].code;
}

/**
 * The record's data as octets in a latin1 string; names are not compressed (RFC 2782 and RFC 3597 §4 forbid it for most),
 * and a relative one lacks its zone and the closing zero. Undefined where the text is not data of this type.
 */
export function encodeData({ type, data }: { readonly type: RecordType; readonly data: string }): string | undefined {
  return rows[type].encode(data);
}

/** Priority and weight are zero; the weight is put in with the answer, since it depends on how many records there are. */
function encodeService(data: string): string | undefined {
  const [port = "", target = ""] = data.split(" ");
  const name = wireName(target);
  if (name === undefined || name === "" || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  return inOnePiece(`\0\0\0\0${binaryShort(Number(port))}${name}`);
}

function encodeAbsolute(target: string): string | undefined {
  const name = target.endsWith(".") ? wireName(target.slice(0, -1)) : undefined;
  return name === undefined || name === "" ? undefined : inOnePiece(`${name}\0`);
}

/** Character strings of at most 255 octets each. Source: RFC 1035 §3.3.14. */
function encodeText(text: string): string {
  const octets = Buffer.from(text).toString("latin1");
  const pieces = octets.match(/[^]{1,255}/g) ?? [""];
  return pieces.map((piece) => String.fromCharCode(piece.length) + piece).join("");
}
