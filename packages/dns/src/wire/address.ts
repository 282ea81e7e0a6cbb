import { isIPv4, isIPv6 } from "node:net";
import { binaryShort, inOnePiece } from "./bytes.ts";

/** The four octets of an IPv4 address in a latin1 string, or undefined where the text is none. */
export function ipv4Octets(address: string): string | undefined {
  return isIPv4(address) ? String.fromCharCode(...address.split(".").map(Number)) : undefined;
}

/** The sixteen octets of an IPv6 address without a zone, or undefined where the text is none. Source: RFC 4291 §2.2. */
export function ipv6Octets(address: string): string | undefined {
  if (!isIPv6(address) || address.includes("%")) return undefined;
  const [head = "", tail] = address.split("::");
  const before = groups(head);
  const after = tail === undefined ? "" : groups(tail);
  return inOnePiece(before + "\0".repeat(16 - before.length - after.length) + after);
}

/** `fd00:1`, `ffff:10.0.0.1` as octets. */
function groups(text: string): string {
  if (text === "") return "";
  return text
    .split(":")
    .map((group) => ipv4Octets(group) ?? binaryShort(Number.parseInt(group, 16)))
    .join("");
}
