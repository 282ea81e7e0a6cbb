import type { Serving } from "../answers/serving.ts";
import { show, type ListenAddress } from "../listen/listen.ts";
import type { ZoneKnowledge } from "./knowledge.ts";
import type { Servers } from "./query-metrics.ts";

/** Where a server answers over each transport. */
export interface Answering {
  readonly plain: readonly ListenAddress[];
  readonly tls: readonly ListenAddress[];
  readonly https: readonly ListenAddress[];
}

/** What there is to know of each zone that is answered with authority. */
export function zonesKnown({ zones }: Serving): readonly ZoneKnowledge[] {
  return zones
    .filter(({ isAuthority }) => isAuthority)
    .map(({ name, serial, table }) => ({ name, serial, names: table.size, records: table.recordCount }));
}

/** `127.0.0.1:53`, `tls://127.0.0.1:853`. */
export function addressesKnown({ plain, tls, https }: Answering): readonly string[] {
  return [
    ...plain.map(show),
    ...tls.map((address) => `tls://${show(address)}`),
    ...https.map((address) => `https://${show(address)}`),
  ];
}

/** The label `server` of metrics, as CoreDNS writes it. A transport with several addresses is one server here. */
export function serverLabels({ plain, tls, https }: Answering): Servers {
  return { udp: label("dns", plain), tcp: label("dns", plain), tls: label("tls", tls), https: label("https", https) };
}

function label(scheme: string, [first]: readonly ListenAddress[]): string {
  return first === undefined ? "" : `${scheme}://${show(first)}`;
}
