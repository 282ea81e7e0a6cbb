import { applyChanges, type Change } from "./changes.ts";
import { failuresOf } from "./install.ts";
import { removeInstalled, writeInstalled, type Installed } from "./installed.ts";
import type { PlannedCommand } from "./split-dns-plan.ts";
import type { SystemHost } from "./system-host.ts";

/** An uninstall that was looked into and not begun. */
export interface PreparedUninstall {
  readonly changes: readonly Change[];
  readonly commands: readonly PlannedCommand[];
  /** Files that somebody has changed since; they stay. */
  readonly foreign: readonly string[];
  /** Makes the changes; gives back what is left for the user to do. */
  run(): Promise<readonly string[]>;
}

/** Finds out what would change. */
export async function prepareUninstall(host: SystemHost, installed: Installed): Promise<PreparedUninstall> {
  const { files, undoCommands, madeDirectories } = installed;
  const changes: Change[] = [];
  const foreign: string[] = [];
  for (const { path, text, mode } of files) {
    const before = await host.readText(path);
    if (before === undefined) continue;
    // Cut off in the middle, the file may still be the one of an earlier install.
    if (before === text || installed.state === "changing") changes.push({ path, mode, before, after: undefined });
    else foreign.push(path);
  }

  async function run(): Promise<readonly string[]> {
    await applyChanges(host, changes);
    const failed = await failuresOf(host, undoCommands);
    for (const directory of madeDirectories.toReversed()) await host.removeEmptyDirectory(directory);
    // What stays is remembered, so that the next try says so again.
    const left = files.filter(({ path }) => foreign.includes(path));
    await (left.length === 0 ? removeInstalled(host) : writeInstalled(host, { ...installed, files: left }));
    return [
      ...foreign.map((path) => `${path} was changed since Ordinal wrote it, and was left: remove it yourself`),
      ...failed.map(({ argv, why }) => `run this yourself: ${argv.join(" ")} (${why})`),
    ];
  }

  return { changes, commands: undoCommands, foreign, run };
}
