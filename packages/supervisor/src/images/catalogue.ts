import { watch, type FSWatcher } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { hasCode, type Logger, type Stoppable } from "@ordinal/runtime";
import { profileNames } from "./image-name.ts";
import { parseProfile } from "./parse-profile.ts";
import { showProblem, type Problem } from "./problem.ts";
import type { Catalogue, Profile } from "./profile.ts";

export interface CatalogueOptions {
  /** Folders of `*.yaml`; what stands in a later one wins. The last one is the user's, and need not exist. */
  readonly directories: readonly string[];
  readonly log: Logger;
  /** Called when a folder changes, so that waiting containers try again at once. */
  readonly onChange: () => void;
}

interface Entry {
  /** Changes whenever the file does. */
  readonly stamp: string;
  readonly profile?: Profile;
  readonly problems: readonly Problem[];
}

/** Follows the folders. A broken file is reported once per version and leaves every other profile as it is. */
export function startCatalogue({ directories, log, onChange }: CatalogueOptions): Catalogue & Stoppable {
  const files = new Map<string, Entry>();
  const watchers = directories.map((directory) => watchFolder(directory, onChange));

  async function refresh(): Promise<void> {
    const paths = (await Promise.all(directories.map(listProfiles))).flat();
    for (const path of [...files.keys()].filter((each) => !paths.includes(each))) files.delete(path);
    for (const path of paths) await refreshFile(path);
  }

  async function refreshFile(path: string): Promise<void> {
    const stamp = await stampOf(path);
    if (stamp === undefined || files.get(path)?.stamp === stamp) return;
    const parsed = parseProfile(path, await readFile(path, "utf8"));
    // A file that was good before goes on counting as it was.
    const before = files.get(path)?.profile;
    const kept = before === undefined ? {} : { profile: before };
    files.set(path, {
      stamp,
      ...(parsed.ok ? { profile: parsed.value, problems: [] } : { ...kept, problems: parsed.error }),
    });
    for (const problem of parsed.ok ? [] : parsed.error) log.warn(`image profile: ${showProblem(problem)}`);
  }

  /** Of the last folder that has one. */
  async function search(matches: (profile: Profile) => boolean): Promise<Profile | undefined> {
    await refresh();
    const inOrder = directories.flatMap((directory) =>
      [...files].filter(([path]) => dirname(path) === resolve(directory)).map(([, entry]) => entry.profile),
    );
    return inOrder.findLast((profile) => profile !== undefined && matches(profile));
  }

  return {
    userDirectory: directories.at(-1) ?? "",
    async find(image) {
      for (const name of profileNames(image)) {
        const found = await search((profile) => profile.images.includes(name));
        if (found !== undefined) return found;
      }
      return undefined;
    },
    named: (name) => search((profile) => profile.name === name),
    problems: () => [...files.values()].flatMap((entry) => entry.problems),
    async stop() {
      for (const watcher of watchers) watcher?.close();
    },
  };
}

async function listProfiles(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(resolve(directory), name))
      .toSorted();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw new Error(`cannot read the image profiles in ${directory}`, { cause: error });
  }
}

async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Only a hint: lookups read the folder anyway, so a folder that cannot be watched costs speed, nothing else. */
function watchFolder(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, onChange);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch (error) {
    if (hasCode(error, "ENOENT", "EMFILE", "ENOSPC")) return undefined;
    throw error;
  }
}
