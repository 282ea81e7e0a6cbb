import { join } from "node:path";
import type { Clock, Logger } from "@ordinal/runtime";
import { keepCompanion, stopRecorded, type Companion } from "./companion.ts";
import type { DataDir } from "./data-dir.ts";
import type { Address, Settings } from "./settings.ts";

/** The processes beside the daemon: DNS and the proxy. */
export interface Companions {
  /** Where DNS answers users; rejects when it cannot. */
  readonly dnsAddresses: Promise<readonly Address[]>;
  /** Without a word: for a start that failed, ends what it has started and lets go of what it has adopted. */
  stop(how?: "end" | "release" | "undo"): Promise<void>;
}

export interface CompanionsOptions {
  readonly dir: DataDir;
  readonly log: Logger;
  readonly clock: Clock;
  /** Where pods ask for names, on port 53; undefined where they share the host's resolv.conf and ask nobody of ours. */
  readonly podDnsAddress: string | undefined;
}

/** Heaps this small are enough for thousands of names and pods, and make the engine tidy up early. */
const nodeFlags = ["--max-semi-space-size=1", "--heap-growing-percent=20", "--max-old-space-size=512"];

export function keepCompanions(settings: Settings, { dir, log, clock, podDnsAddress }: CompanionsOptions): Companions {
  const keep = (name: "dns" | "proxy", flags: readonly string[]): Companion =>
    keepCompanion({
      name,
      argv: [
        ...nodeFlags,
        process.argv[1] ?? "",
        name,
        `--kubeconfig=${dir.companionAccess}`,
        `--record=${recordFile(dir, name)}`,
        `--log-level=${settings.logLevel}`,
        ...flags,
      ],
      logFile: join(dir.log, `${name}.log`),
      recordFile: recordFile(dir, name),
      clock,
      log: log.child({ part: name }),
    });
  const listens = settings.dnsListen.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const dns = keep("dns", [
    ...[...listens, ...(podDnsAddress === undefined ? [] : [`${podDnsAddress}:53`])].map(
      (each) => `--dns-listen=${each}`,
    ),
    `--cluster-domain=${settings.clusterDomain}`,
    "--report-lease",
  ]);
  const proxy = keep("proxy", []);
  return {
    dnsAddresses: dns.serving.then((addresses) => addresses.filter(({ host }) => host !== podDnsAddress)),
    async stop(how = "undo") {
      const act = how === "end" ? "stop" : how;
      await Promise.all([dns[act](), proxy[act]()]);
    },
  };
}

/** Ends what a daemon that is gone has left running. */
export async function stopLeftCompanions(dir: DataDir, clock: Clock): Promise<void> {
  await Promise.all([stopRecorded(recordFile(dir, "dns"), clock), stopRecorded(recordFile(dir, "proxy"), clock)]);
}

function recordFile(dir: DataDir, name: string): string {
  return join(dir.root, `${name}.json`);
}
