import { join } from "node:path";
import type { Clock, Logger } from "@ordinal/runtime";
import { keepCompanion, stopRecorded, type Companion, type Serving } from "./companion.ts";
import type { DataDir } from "./data-dir.ts";
import { dnsArguments, type DnsCircumstances } from "./dns-arguments.ts";
import type { Settings } from "./settings.ts";

/** The processes beside the daemon: DNS and the proxy. */
export interface Companions {
  /** Where DNS answers users, without the address that is for pods; rejects when it cannot. */
  readonly dns: Promise<Serving>;
  /** Without a word: for a start that failed, ends what it has started and lets go of what it has adopted. */
  stop(how?: "end" | "release" | "undo"): Promise<void>;
}

export interface CompanionsOptions extends DnsCircumstances {
  readonly dir: DataDir;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Heaps this small are enough for thousands of names and pods, and make the engine tidy up early. Room for young objects is
 * how long an answer may have to wait: while much changes, most of them live on, and moving 16 MB of them took 5 ms. DNS
 * also tidies up once by itself (`tidyHeap`), for which it has to be allowed to.
 */
const nodeFlags = {
  dns: ["--max-semi-space-size=2", "--heap-growing-percent=20", "--max-old-space-size=512", "--expose-gc"],
  proxy: ["--max-semi-space-size=1", "--heap-growing-percent=20", "--max-old-space-size=512"],
} as const;

export function keepCompanions(settings: Settings, options: CompanionsOptions): Companions {
  const { dir, log, clock, podDnsAddress } = options;
  const recordFiles = { dns: dir.dnsRecord, proxy: dir.proxyRecord };
  const keep = (name: "dns" | "proxy", flags: readonly string[]): Companion =>
    keepCompanion({
      name,
      argv: [
        ...nodeFlags[name],
        process.argv[1] ?? "",
        name,
        `--kubeconfig=${dir.companionAccess}`,
        `--record=${recordFiles[name]}`,
        `--log-level=${settings.logLevel}`,
        ...flags,
      ],
      logFile: join(dir.log, `${name}.log`),
      recordFile: recordFiles[name],
      clock,
      log: log.child({ part: name }),
    });
  const dns = keep("dns", dnsArguments(settings, options));
  const proxy = keep("proxy", []);
  const forUsers = dns.serving.then((serving) => ({
    ...serving,
    addresses: serving.addresses.filter(({ host }) => host !== podDnsAddress),
  }));
  // A start that fails elsewhere never comes to look at it.
  forUsers.catch(() => {});
  return {
    dns: forUsers,
    async stop(how = "undo") {
      const act = how === "end" ? "stop" : how;
      await Promise.all([dns[act](), proxy[act]()]);
    },
  };
}

/** Ends what a daemon that is gone has left running. */
export async function stopLeftCompanions(dir: DataDir, clock: Clock): Promise<void> {
  await Promise.all([stopRecorded(dir.dnsRecord, clock), stopRecorded(dir.proxyRecord, clock)]);
}
