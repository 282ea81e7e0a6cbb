import { hasCode } from "@ordinal/runtime";
import { readRecord } from "../companion.ts";
import type { DataDir } from "../data-dir.ts";
import { lockHolder } from "../lock.ts";
import { readRunFile } from "../run-file.ts";
import type { Address } from "../setting-values.ts";
import { targetOf, type SplitDnsTarget } from "../split-dns/target.ts";

/** What is known of the daemon's DNS. */
export interface Served {
  /** What it serves, or served last. Undefined where no daemon has run, or it is another user's. */
  readonly target: SplitDnsTarget | undefined;
  readonly isRunning: boolean;
  readonly http: Address | undefined;
}

/** From the files of the data directory: the daemon's, and what DNS itself has said since. */
export async function readServed(dir: DataDir): Promise<Served> {
  try {
    const [run, dns, holder] = await Promise.all([
      readRunFile(dir.runFile),
      readRecord(dir.dnsRecord),
      lockHolder(dir.pidFile),
    ]);
    const isRunning = holder !== undefined || dns !== undefined;
    if (run === undefined) return { target: undefined, isRunning, http: undefined };
    const target = targetOf({
      addresses: run.dns,
      zones: dns?.zones ?? run.zones ?? [run.clusterDomain],
      externalZones: dns?.externalZones,
      ranges: dns?.ranges ?? [run.podCidr, run.serviceCidr],
    });
    return { target, isRunning, http: dns?.http };
  } catch (error) {
    if (hasCode(error, "EACCES")) return { target: undefined, isRunning: true, http: undefined };
    throw error;
  }
}
