import { classChaos, types } from "../wire/constants.ts";
import { encodeRecord, questionName } from "../wire/record.ts";

/** What a server says of itself in class CH. */
export interface Identity {
  /** Such as `Ordinal 0.1.0`. */
  readonly version: string;
  readonly hostname: string;
}

const asksVersion = new Set(["\x07version\x04bind", "\x07version\x06server"]);
const asksHostname = new Set(["\x08hostname\x04bind", "\x02id\x06server"]);

/** The record for a name asked in class CH, or undefined where nothing is said. Source: RFC 4892, CoreDNS plugin/chaos. */
export function chaosRecord(name: string, type: number, { version, hostname }: Identity): string | undefined {
  if (type !== types.TXT) return undefined;
  if (asksVersion.has(name)) return textRecord(version);
  return asksHostname.has(name) ? textRecord(hostname) : undefined;
}

function textRecord(text: string): string {
  const data = text.slice(0, 255);
  return encodeRecord(questionName, {
    type: types.TXT,
    class: classChaos,
    ttlSeconds: 0,
    data: String.fromCharCode(data.length) + data,
  });
}
