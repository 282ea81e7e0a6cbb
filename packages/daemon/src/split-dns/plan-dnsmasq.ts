import { join } from "node:path";
import type { Address } from "../setting-values.ts";
import { plannedFile, type PlannedCommand, type SplitDnsPlan } from "./split-dns-plan.ts";
import { dnsmasqFileName, type DnsmasqFacts, type Survey } from "./survey.ts";
import { allZones, type SplitDnsTarget } from "./target.ts";

/** A file in the directory that dnsmasq reads. Source: dnsmasq(8), --server, --rebind-domain-ok, --conf-dir. */
export function planDnsmasq(
  { confDir, of, init }: DnsmasqFacts & Pick<Survey, "init">,
  target: SplitDnsTarget,
  notes: readonly string[],
): SplitDnsPlan {
  const isNetworkManager = of === "NetworkManager";
  const restart = isNetworkManager ? reloadNetworkManager : restartBy[init];
  const commands = restart === undefined ? [] : [restart];
  return {
    is: "plan",
    resolver: isNetworkManager ? "the dnsmasq of NetworkManager" : "dnsmasq",
    files: [plannedFile(join(confDir, dnsmasqFileName), dnsmasqLines(target))],
    commands,
    undoCommands: commands,
    notes: [
      ...(restart === undefined
        ? ["Nothing that starts services was found here: restart dnsmasq yourself, after install and after uninstall."]
        : []),
      ...notes,
    ],
  };
}

/** The lines that make any dnsmasq ask our servers for our zones, reverse ones among them. */
export function dnsmasqLines(target: SplitDnsTarget): readonly string[] {
  const { servers, zones, externalZones } = target;
  return [
    ...allZones(target).flatMap((zone) => servers.map((server) => `server=/${zone}/${dnsmasqServer(server)}`)),
    // With stop-dns-rebind it would throw away answers with private and loopback addresses, and ours are such.
    `rebind-domain-ok=/${[...zones, ...externalZones].join("/")}/`,
  ];
}

function dnsmasqServer({ host, port }: Address): string {
  return `${host}#${port}`;
}

/** A reload (SIGHUP) does not read configuration files again, so all of these restart. */
const restartBy: Readonly<Record<Survey["init"], PlannedCommand | undefined>> = {
  systemd: { argv: ["systemctl", "restart", "dnsmasq"], why: "it reads its files when it starts" },
  openrc: { argv: ["rc-service", "dnsmasq", "restart"], why: "it reads its files when it starts" },
  sysv: { argv: ["service", "dnsmasq", "restart"], why: "it reads its files when it starts" },
  none: undefined,
};

/** Source: nmcli(1), general reload. */
const reloadNetworkManager: PlannedCommand = {
  argv: ["nmcli", "general", "reload", "dns-full"],
  why: "NetworkManager starts its dnsmasq again",
};
