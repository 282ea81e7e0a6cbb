import { basename } from "node:path";
import { readDnsmasqArguments, readDnsmasqFile, usableConfDir } from "./dnsmasq-process.ts";
import { readResolvedServers, readSystemdVersion, type ResolvedFacts } from "./resolved-facts.ts";
import type { SystemHost } from "./system-host.ts";

/** How this host finds names. */
export interface Survey {
  readonly platform: SystemHost["platform"];
  /** The addresses of /etc/resolv.conf, in order. */
  readonly nameservers: readonly string[];
  /** The words of the `hosts:` line of /etc/nsswitch.conf. */
  readonly hostsLine: readonly string[];
  /** Where it runs and is asked, by /etc/resolv.conf or /etc/nsswitch.conf. */
  readonly resolved: ResolvedFacts | undefined;
  /** The dnsmasq that the host asks, where it reads a directory. */
  readonly dnsmasq: DnsmasqFacts | undefined;
  /** What starts services here. */
  readonly init: "systemd" | "openrc" | "sysv" | "none";
}

export interface DnsmasqFacts {
  /** Where a file of ours is read when it starts. */
  readonly confDir: string;
  /** Who has started it. */
  readonly of: "NetworkManager" | "itself";
}

/** The name of every file of ours in a directory of dnsmasq. */
export const dnsmasqFileName = "ordinal.conf";

const networkManagerConfDir = "/etc/NetworkManager/dnsmasq.d";
const resolvedStubs: readonly string[] = ["127.0.0.53", "127.0.0.54"];

/** Looks, and changes nothing. */
export async function surveyHost(host: SystemHost): Promise<Survey> {
  const nameservers = wordsAfter((await host.readText("/etc/resolv.conf")) ?? "", "nameserver");
  const hostsLine = wordsAfter((await host.readText("/etc/nsswitch.conf")) ?? "", "hosts:");
  const init = await findInit(host);
  const isResolvedAsked = nameservers.some((each) => resolvedStubs.includes(each)) || hostsLine.includes("resolve");
  return {
    platform: host.platform,
    nameservers,
    hostsLine,
    init,
    resolved: isResolvedAsked && init === "systemd" ? await findResolved(host) : undefined,
    dnsmasq: await findDnsmasq(host, nameservers),
  };
}

/** The values of all lines that begin with a keyword, without comments. */
function wordsAfter(text: string, keyword: string): readonly string[] {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/),
  );
  return lines.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest);
}

async function findInit(host: SystemHost): Promise<Survey["init"]> {
  if (await host.exists("/run/systemd/system")) return "systemd";
  if (await host.exists("/run/openrc")) return "openrc";
  return (await host.exists("/etc/init.d/dnsmasq")) ? "sysv" : "none";
}

async function findResolved(host: SystemHost): Promise<ResolvedFacts | undefined> {
  const active = await host.run(["systemctl", "is-active", "--quiet", "systemd-resolved"]);
  if (active.code !== 0) return undefined;
  const version = readSystemdVersion((await host.run(["resolvectl", "--version"])).output);
  return { version, ...readResolvedServers((await host.run(["resolvectl", "dns"])).output) };
}

/** A dnsmasq that the host's resolv.conf leads to; others serve containers or virtual machines. */
async function findDnsmasq(host: SystemHost, nameservers: readonly string[]): Promise<DnsmasqFacts | undefined> {
  const local = nameservers.filter((each) => isLoopback(each) && !resolvedStubs.includes(each));
  if (local.length === 0) return undefined;
  for (const pid of (await host.list("/proc")).filter((name) => /^\d+$/.test(name))) {
    const argv = ((await host.readText(`/proc/${pid}/cmdline`)) ?? "").split("\0").slice(0, -1);
    if (basename(argv[0] ?? "") !== "dnsmasq") continue;
    const given = readDnsmasqArguments(argv);
    const files = given.confFiles.length > 0 ? given.confFiles : ["/etc/dnsmasq.conf"];
    const texts = await Promise.all(files.map(async (file) => (await host.readText(file)) ?? ""));
    const all = [given, ...texts.map(readDnsmasqFile)];
    const listening = all.flatMap(({ listenAddresses }) => listenAddresses);
    if (listening.length > 0 && !local.some((each) => listening.includes(each))) continue;
    const [confDir] = all.flatMap(({ confDirs }) =>
      confDirs.flatMap((each) => usableConfDir(each, dnsmasqFileName) ?? []),
    );
    if (confDir === undefined) continue;
    return { confDir, of: confDir === networkManagerConfDir ? "NetworkManager" : "itself" };
  }
  return undefined;
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
