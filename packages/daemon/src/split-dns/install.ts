import { isDeepStrictEqual } from "node:util";
import { describeError } from "@ordinal/runtime";
import { UsageError } from "../usage-error.ts";
import { applyChanges, changesTo, makeDirectories, reversed, type Change } from "./changes.ts";
import { readInstalled, removeInstalled, writeInstalled, type Installed } from "./installed.ts";
import type { PlannedCommand, SplitDnsPlan } from "./split-dns-plan.ts";
import type { SystemHost } from "./system-host.ts";
import type { SplitDnsTarget } from "./target.ts";

/** An install that was looked into and not begun. */
export interface PreparedInstall {
  readonly earlier: Installed | undefined;
  readonly changes: readonly Change[];
  readonly commands: readonly PlannedCommand[];
  /** Everything is as it should be already. */
  readonly isDone: boolean;
  /** Makes the changes; what has changed is put back when one of them fails. */
  run(): Promise<void>;
}

export interface InstallOptions {
  readonly plan: SplitDnsPlan;
  readonly target: SplitDnsTarget;
  readonly dataDir: string | undefined;
}

/** Finds out what would change. Throws UsageError where it cannot be done, saying why. */
export async function prepareInstall(
  host: SystemHost,
  { plan, target, dataDir }: InstallOptions,
): Promise<PreparedInstall> {
  const earlier = await readInstalled(host);
  if (earlier !== undefined && earlier.dataDir !== dataDir)
    throw new UsageError(
      `this host is set up already, for ${earlier.dataDir === undefined ? "another DNS server" : `the Ordinal of ${earlier.dataDir}`}; remove that first: ordinal dns uninstall`,
    );
  const changes = await changesTo(host, { files: plan.files, earlier });
  // Another resolver than last time: the one before must learn that its file is gone.
  const outdated = (earlier?.undoCommands ?? []).filter((old) => !plan.commands.some((each) => isSame(each, old)));
  const commands = [...outdated, ...plan.commands];
  const wanted = { resolver: plan.resolver, target, dataDir, files: plan.files, undoCommands: plan.undoCommands };
  const isDone = changes.length === 0 && earlier?.state === "installed" && isDeepStrictEqual(earlier.target, target);

  async function run(): Promise<void> {
    const kept = earlier?.madeDirectories ?? [];
    await writeInstalled(host, { state: "changing", ...wanted, files: touched(), madeDirectories: kept });
    const made: string[] = [];
    try {
      made.push(...(await makeDirectories(host, changes)));
      await writeInstalled(host, {
        state: "changing",
        ...wanted,
        files: touched(),
        madeDirectories: [...kept, ...made],
      });
      await applyChanges(host, changes);
      await runAll(host, commands);
    } catch (error) {
      const words = await rollBack(made);
      throw new UsageError(`${describeError(error)}; ${words}`, { cause: error });
    }
    await writeInstalled(host, { state: "installed", ...wanted, madeDirectories: [...kept, ...made] });
  }

  /** Until all is done, what may be of the one time or of the other. */
  function touched(): Installed["files"] {
    return [
      ...plan.files,
      ...(earlier?.files ?? []).filter(({ path }) => !plan.files.some((file) => file.path === path)),
    ];
  }

  async function rollBack(made: readonly string[]): Promise<string> {
    await applyChanges(host, reversed(changes));
    for (const directory of made.toReversed()) await host.removeEmptyDirectory(directory);
    await (earlier === undefined ? removeInstalled(host) : writeInstalled(host, earlier));
    const failed = await failuresOf(host, commands);
    return failed.length === 0
      ? "everything was put back"
      : `every file was put back, but run this yourself: ${failed.map(({ argv }) => argv.join(" ")).join("; ")}`;
  }

  return { earlier, changes, commands, isDone, run };
}

function isSame(a: PlannedCommand, b: PlannedCommand): boolean {
  return isDeepStrictEqual(a.argv, b.argv);
}

async function runAll(host: SystemHost, commands: readonly PlannedCommand[]): Promise<void> {
  for (const { argv } of commands) {
    const { code, output } = await host.run(argv);
    if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with ${code}${output === "" ? "" : `: ${output}`}`);
  }
}

/** Runs them all; gives back those that failed. */
export async function failuresOf(
  host: SystemHost,
  commands: readonly PlannedCommand[],
): Promise<readonly PlannedCommand[]> {
  const failed: PlannedCommand[] = [];
  for (const command of commands) {
    if ((await host.run(command.argv)).code !== 0) failed.push(command);
  }
  return failed;
}
