import { showAddress } from "../setting-values.ts";
import type { ResolvedFacts } from "./resolved-facts.ts";
import { plannedFile, type PlannedCommand, type SplitDnsPlan } from "./split-dns-plan.ts";
import { allZones, type SplitDnsTarget } from "./target.ts";

/** Since this version a server can be tied to domains without a network link. Source: systemd.dns-delegate(5). */
const delegatesSince = 258;
/** Since this version a server can have a port. Source: systemd NEWS, resolved.conf(5). */
const portsSince = 246;

/** Why systemd-resolved cannot be set up by a file here, in words; undefined where it can. */
export function resolvedProblem(
  { version, globalServers, hasLinkServers }: ResolvedFacts,
  { servers }: SplitDnsTarget,
): string | undefined {
  if (version >= delegatesSince) return undefined;
  const about = `systemd-resolved ${version === 0 ? "of an unknown version" : version}`;
  if (version < portsSince && servers.some(({ port }) => port !== 53))
    return `${about} can ask servers at port 53 only (ports came with ${portsSince})`;
  // All global servers are one list of equals, of which one is asked; ours would be asked for other names, and others for ours.
  if (globalServers.length > 0)
    return `${about} has servers for all names already (${globalServers.join(", ")}), and cannot ask another for some names only (that came with ${delegatesSince})`;
  // Setting a global server ends what it does without one: following resolv.conf, and its built-in fallback.
  if (!hasLinkServers)
    return `no network link has servers of its own for ${about}, so that Ordinal would be asked for every name`;
  return undefined;
}

/**
 * From 258 on a delegate: our zones to our server and nothing else. Before that a global server with route-only domains:
 * our zones to our server, and every other name to it as well as to the links' servers, whose answers win. A network link
 * of its own for ours is no way out: from 248 to 252.2 resolved sends to a link's servers through that link, which a server
 * on the loopback is not behind (systemd issues 20485 and 25595).
 */
export function planResolved(
  { version }: ResolvedFacts,
  target: SplitDnsTarget,
  notes: readonly string[],
): SplitDnsPlan {
  // resolved asks nobody for the names of loopback addresses.
  const asked = allZones(target).filter((zone) => !zone.endsWith(".127.in-addr.arpa") && zone !== "127.in-addr.arpa");
  const hasLoopback = asked.length < allZones(target).length;
  const domains = asked.map((zone) => `~${zone}`);
  const settings = [`DNS=${target.servers.map(showAddress).join(" ")}`, `Domains=${domains.join(" ")}`];
  const isDelegate = version >= delegatesSince;
  const file = isDelegate
    ? plannedFile("/etc/systemd/dns-delegate.d/ordinal.dns-delegate", ["[Delegate]", ...settings, "DefaultRoute=no"])
    : plannedFile("/etc/systemd/resolved.conf.d/ordinal.conf", ["[Resolve]", ...settings]);
  const restart: PlannedCommand = {
    argv: ["systemctl", "restart", "systemd-resolved"],
    why: "it reads its files when it starts; other names are away for a moment",
  };
  return {
    is: "plan",
    resolver: `systemd-resolved ${version}`,
    files: [file],
    commands: [restart],
    undoCommands: [restart],
    notes: [
      ...(isDelegate
        ? []
        : [
            `Before version ${delegatesSince}, systemd-resolved asks Ordinal for all other names too, beside your usual servers. Run Ordinal with --dns-upstream none or with servers of your network, so that the two do not ask each other.`,
          ]),
      ...(hasLoopback
        ? ["systemd-resolved never looks up the names of addresses in 127.0.0.0/8; dig -x @SERVER does."]
        : []),
      ...notes,
    ],
  };
}
