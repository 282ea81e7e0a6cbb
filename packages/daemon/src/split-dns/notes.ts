import type { Survey } from "./survey.ts";
import type { SplitDnsTarget } from "./target.ts";

/** What on this host may come between a program and our names, and what helps. */
export function notesOn({ hostsLine, resolved, nameservers }: Survey, { zones }: SplitDnsTarget): readonly string[] {
  const isForeign = resolved !== undefined && !nameservers.some((each) => each.startsWith("127.0.0.5"));
  return [
    ...multicastNotes(hostsLine, zones),
    ...(isForeign
      ? [
          "/etc/resolv.conf does not lead to systemd-resolved: curl and getent find the names, dig and nslookup need a server named.",
        ]
      : []),
  ];
}

/**
 * nss-mdns answers for .local itself. Since 0.11 it lets names with more than two labels pass, before that none.
 * Source: nss-mdns README, "two-label limit heuristic".
 */
function multicastNotes(hostsLine: readonly string[], zones: readonly string[]): readonly string[] {
  const place = hostsLine.findIndex((word) => word.startsWith("mdns"));
  const asks = hostsLine.findIndex((word) => word === "dns" || word === "resolve");
  const isFirst = place !== -1 && (asks === -1 || place < asks);
  const ends = isFirst && hostsLine[place + 1]?.toUpperCase().includes("NOTFOUND=RETURN") === true;
  const locals = zones.filter((zone) => zone === "local" || zone.endsWith(".local"));
  if (!ends || locals.length === 0) return [];
  return [
    `/etc/nsswitch.conf has ${hostsLine[place]} ${hostsLine[place + 1]} before DNS: an nss-mdns older than 0.11 answers for all of .local itself, so ${locals.join(", ")} would not be found. If so, start Ordinal with a second zone as well, --cluster-domain ${locals[0]} --cluster-domain cluster.internal, and install again.`,
  ];
}
