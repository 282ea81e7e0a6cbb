import { mkdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { port, serviceName, zone, type BenchNames } from "./names.ts";
import { recordsOf, zoneFileData, type BenchRecord } from "./records.ts";
import type { Workshop } from "./workshop.ts";

const ttlSeconds = 5;

/**
 * Writes dnsmasq's settings and names, and returns its arguments. Names with addresses are hosts, which it keeps hashed.
 * Services' own names, which nobody asks for, are left out: a thousand addresses at one name take it minutes to load.
 */
export async function dnsmasqArguments(workshop: Workshop, names: BenchNames, at: number): Promise<readonly string[]> {
  const records = recordsOf(names);
  const hosts = workshop.path(`dnsmasq-${at}.hosts`);
  const config = workshop.path(`dnsmasq-${at}.conf`);
  const own = new Set(names.services.map(serviceName));
  const addresses = records.filter(({ name, type }) => (type === "A" || type === "AAAA") && !own.has(name));
  await writeFile(hosts, lines(addresses.map(({ name, data }) => `${data} ${name}`)));
  await writeFile(
    config,
    lines([
      `port=${at}`,
      "listen-address=127.0.0.1",
      "bind-interfaces",
      "no-resolv",
      "no-hosts",
      "no-poll",
      `addn-hosts=${hosts}`,
      `local=/${zone}/`,
      "local=/in-addr.arpa/",
      "local=/ip6.arpa/",
      `local-ttl=${ttlSeconds}`,
      "edns-packet-max=1232",
      `user=${userInfo().username}`,
      "pid-file=",
      "log-facility=-",
      ...records
        .filter(({ type }) => type === "SRV")
        .map(({ name, data }) => `srv-host=${name},${data},${port.port},0,33`),
    ]),
  );
  return ["--keep-in-foreground", `--conf-file=${config}`];
}

/** Writes Knot's settings and zone files, and returns its arguments. One thread answers over UDP, as everywhere else. */
export async function knotArguments(workshop: Workshop, names: BenchNames, at: number): Promise<readonly string[]> {
  const records = recordsOf(names);
  const zones = [zone, "10.in-addr.arpa", "d.f.ip6.arpa"];
  for (const each of zones) {
    const within = records.filter(({ name }) => name.endsWith(`.${each}`));
    await writeFile(workshop.path(`${at}.${each}.zone`), lines([...zoneTop(each), ...within.map(zoneFileLine)]));
  }
  const config = workshop.path(`knot-${at}.conf`);
  const storage = workshop.path(`knot-${at}`);
  await mkdir(storage);
  await writeFile(
    config,
    lines([
      "server:",
      `  rundir: ${workshop.dir}`,
      `  listen: 127.0.0.1@${at}`,
      "  udp-workers: 1",
      "  tcp-workers: 1",
      "  background-workers: 1",
      "  udp-max-payload: 1232",
      "log:",
      "  - target: stderr",
      "    any: error",
      "database:",
      `  storage: ${storage}`,
      "template:",
      "  - id: default",
      `    storage: ${workshop.dir}`,
      `    file: ${at}.%s.zone`,
      "    zonefile-sync: -1",
      "    journal-content: none",
      "zone:",
      ...zones.map((each) => `  - domain: ${each}`),
    ]),
  );
  return ["--config", config];
}

function zoneTop(name: string): readonly string[] {
  return [
    `$TTL ${ttlSeconds}`,
    `${name}. SOA ns.dns.${zone}. hostmaster.${zone}. 1 7200 1800 86400 ${ttlSeconds}`,
    `${name}. NS ns.dns.${zone}.`,
    ...(name === zone ? [`ns.dns.${zone}. A 127.0.0.1`] : []),
  ];
}

function zoneFileLine(record: BenchRecord): string {
  return `${record.name}. ${record.type} ${zoneFileData(record)}`;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
