import { dirname } from "node:path";
import { UsageError } from "../usage-error.ts";
import type { Installed } from "./installed.ts";
import { isOurs, type PlannedFile } from "./split-dns-plan.ts";
import type { SystemHost } from "./system-host.ts";

/** One file, as it is and as it is to be; undefined: not there. */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly mode: number;
}

/**
 * What has to change so that exactly these files of ours are there. Throws UsageError where somebody else's file is in the
 * way, or somebody has changed ours.
 */
export async function changesTo(
  host: SystemHost,
  { files, earlier }: { readonly files: readonly PlannedFile[]; readonly earlier: Installed | undefined },
): Promise<readonly Change[]> {
  const gone = (earlier?.files ?? []).filter(({ path }) => !files.some((file) => file.path === path));
  const wanted = [...gone.map(({ path, mode }) => ({ path, mode, after: undefined })), ...files.map(planned)];
  const changes: Change[] = [];
  for (const { path, mode, after } of wanted) {
    const before = await host.readText(path);
    if (before === after) continue;
    const written = earlier?.files.find((file) => file.path === path)?.text;
    if (before !== undefined && before !== written) refuse(path, { isKnown: written !== undefined, text: before });
    changes.push({ path, mode, before, after });
  }
  return changes;
}

function planned({ path, text, mode }: PlannedFile): Omit<Change, "before"> {
  return { path, mode, after: text };
}

function refuse(path: string, { isKnown, text }: { readonly isKnown: boolean; readonly text: string }): void {
  if (isKnown)
    throw new UsageError(
      `${path} was changed since "ordinal dns install" wrote it; keep what you need of it elsewhere, remove it, and try again`,
    );
  // Ours, but what was done then is not known any more: the same file may be written again.
  if (isOurs(text)) return;
  throw new UsageError(`${path} is there already, and Ordinal has not written it; move it away and try again`);
}

/** Makes the directories that files need. Gives back those it made. */
export async function makeDirectories(host: SystemHost, changes: readonly Change[]): Promise<readonly string[]> {
  const made: string[] = [];
  for (const { path, after } of changes) {
    if (after !== undefined) made.push(...(await host.makeDirectory(dirname(path))));
  }
  return made;
}

/** Makes the changes, in order. */
export async function applyChanges(host: SystemHost, changes: readonly Change[]): Promise<void> {
  for (const { path, after, mode } of changes) {
    await (after === undefined ? host.removeFile(path) : host.writeText(path, { text: after, mode }));
  }
}

/** The changes that lead back. */
export function reversed(changes: readonly Change[]): readonly Change[] {
  return changes.map(({ before, after, ...rest }) => ({ ...rest, before: after, after: before })).toReversed();
}
