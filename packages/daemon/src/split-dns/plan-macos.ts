import { join } from "node:path";
import { plannedFile, type PlannedCommand, type SplitDnsPlan } from "./split-dns-plan.ts";
import { allZones, type SplitDnsTarget } from "./target.ts";

/** One file for each zone, named for it. Source: macOS resolver(5). At most three servers count there. */
export function planMacos(target: SplitDnsTarget, notes: readonly string[]): SplitDnsPlan {
  const { servers } = target;
  const port = servers[0]?.port ?? 53;
  const asked = servers.filter((server) => server.port === port).slice(0, 3);
  const lines = [...asked.map(({ host }) => `nameserver ${host}`), `port ${port}`];
  return {
    is: "plan",
    resolver: "macOS",
    files: allZones(target).map((zone) => plannedFile(join("/etc/resolver", zone), lines)),
    commands: forget,
    undoCommands: forget,
    notes: [
      "dig and nslookup do not use /etc/resolver; curl, browsers and everything else does.",
      "macOS has 127.0.0.1 alone of the loopback addresses; pods at others need an alias each: sudo ifconfig lo0 alias ADDRESS",
      ...notes,
    ],
  };
}

/** It notices the files by itself, but may remember that a name was not there. */
const forget: readonly PlannedCommand[] = [
  { argv: ["dscacheutil", "-flushcache"], why: "names that were not there are forgotten" },
  { argv: ["killall", "-HUP", "mDNSResponder"], why: "likewise, in the part of macOS that asks" },
];
