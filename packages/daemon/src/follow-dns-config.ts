import { isDeepStrictEqual } from "node:util";
import type { Logger } from "@ordinal/runtime";
import type { DnsSettings } from "./dns-settings.ts";
import { fixedDnsFlags } from "./flags.ts";
import { followFile, type FollowedFile } from "./follow-file.ts";
import type { Raw } from "./setting-values.ts";
import { wordsOf } from "./usage-error.ts";

/** The settings of a moment, and what the file alone said. */
export interface ReadDnsConfig {
  readonly settings: DnsSettings;
  readonly fileRaw: Raw;
}

export interface FollowDnsConfigOptions {
  readonly path: string;
  readonly log: Logger;
  /** What is in force at the start. */
  readonly current: ReadDnsConfig;
  /** Reads everything anew; throws with the file and the line of a mistake. */
  readonly read: () => ReadDnsConfig;
  /** Puts other settings into force. Where it fails, the earlier ones go on. */
  readonly apply: (config: ReadDnsConfig) => Promise<void>;
}

/**
 * Puts a config file's DNS settings into force whenever it changes. One reading at a time; a file with a mistake changes
 * nothing and is said with its line, and what needs another process is said as well.
 */
export async function followDnsConfig(options: FollowDnsConfigOptions): Promise<FollowedFile> {
  const { path, log, read, apply } = options;
  let current = options.current;

  async function reloadOnce(): Promise<void> {
    const next = read();
    if (isDeepStrictEqual(next, current)) {
      log.info("nothing about DNS has changed in the config file", { path });
      return;
    }
    const waiting = fixedDnsFlags.filter((name) => !isDeepStrictEqual(next.fileRaw[name], current.fileRaw[name]));
    if (waiting.length > 0)
      log.warn(`${waiting.join(", ")}: takes effect when Ordinal's DNS is started again`, { path });
    const [primary, before] = [next.settings.zones[0], current.settings.zones[0]];
    if (primary !== before)
      log.warn(`pods go on searching in ${before} until Ordinal is started again, and DNS now serves ${primary}`, {
        path,
      });
    await apply(next);
    current = next;
    log.info("DNS follows the changed config file", { path });
  }

  return await followFile(path, {
    take: reloadOnce,
    onFailure: (error) =>
      log.error("the config file is not taken over; DNS goes on as before", { path, error: wordsOf(error) }),
    log,
  });
}
