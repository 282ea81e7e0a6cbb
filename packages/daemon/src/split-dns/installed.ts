import { dirname } from "node:path";
import type { PlannedCommand, PlannedFile } from "./split-dns-plan.ts";
import type { SystemHost } from "./system-host.ts";
import type { SplitDnsTarget } from "./target.ts";

/** What install has done to this machine: all that uninstall needs, whatever becomes of the daemon and its data. */
export interface Installed {
  /** `changing` is left behind by an install that was cut off in the middle. */
  readonly state: "changing" | "installed";
  /** In words. */
  readonly resolver: string;
  readonly target: SplitDnsTarget;
  /** The data directory of the daemon whose names they are; undefined where a server was named by flags. */
  readonly dataDir?: string | undefined;
  readonly files: readonly PlannedFile[];
  /** Directories that were made for the files, outermost first. */
  readonly madeDirectories: readonly string[];
  readonly undoCommands: readonly PlannedCommand[];
}

/** One for the machine, because its resolver is: beside all data directories, which may be removed. */
export const installedPath = "/var/lib/ordinal-split-dns/installed.json";

export async function readInstalled(host: SystemHost): Promise<Installed | undefined> {
  const text = await host.readText(installedPath);
  return text === undefined ? undefined : (JSON.parse(text) as Installed);
}

export async function writeInstalled(host: SystemHost, installed: Installed): Promise<void> {
  await host.makeDirectory(dirname(installedPath));
  await host.writeText(installedPath, { text: `${JSON.stringify(installed, null, 2)}\n`, mode: 0o644 });
}

export async function removeInstalled(host: SystemHost): Promise<void> {
  await host.removeFile(installedPath);
  await host.removeEmptyDirectory(dirname(installedPath));
}
