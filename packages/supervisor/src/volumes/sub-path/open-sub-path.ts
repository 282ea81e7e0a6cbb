import { constants } from "node:fs";
import { chmod, mkdir, open, readlink, realpath, type FileHandle } from "node:fs/promises";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";

/** open(2): a descriptor that stands for a place, without opening what is there. Node has no name for it. */
const O_PATH = 0o10000000;
/** As the kernel counts when it follows links. */
const maximumLinks = 40;

/** What is open; the caller closes it. */
export interface OpenedPlace {
  readonly handle: FileHandle;
  readonly isDirectory: boolean;
}

/** One step of the way: `fromLink` when it is a link's and not the user's. */
interface Part {
  readonly name: string;
  readonly fromLink: boolean;
}

/**
 * Opens the place of a subPath inside a volume, and makes directories that are missing, with the volume's mode. Every
 * step starts from the descriptor of the step before and follows no link, so that whatever is renamed or replaced
 * meanwhile, the way never leads out of the volume; links are followed here, as far as they stay inside. The errors name
 * no path of the host. Source: `pkg/volume/util/subpath` doSafeOpen and doSafeMakeDir.
 */
export async function openSubPath(volume: string, subPath: string): Promise<Result<OpenedPlace, string>> {
  if (subPath.startsWith("/")) return { ok: false, error: `it must not be an absolute path` };
  const parts = subPath.split("/").filter(isStep);
  if (parts.includes("..")) return { ok: false, error: "it must not contain '..'" };
  const root = await realpath(volume);
  const walk = new Walk(root, await open(root, O_PATH | constants.O_DIRECTORY));
  try {
    return await walk.go(parts.map((name) => ({ name, fromLink: false })));
  } catch (error) {
    // Each of them says that a name is not any more what it was a moment ago.
    if (hasCode(error, "ENOENT", "EINVAL", "ENOTDIR")) return { ok: false, error: "it changes while it is opened" };
    throw error;
  } finally {
    await walk.close();
  }
}

/** The directories from the volume down to where the way has come, all open. */
class Walk {
  readonly #root: string;
  readonly #open: FileHandle[];
  #links = 0;

  constructor(root: string, handle: FileHandle) {
    this.#root = root;
    this.#open = [handle];
  }

  async go(way: readonly Part[]): Promise<Result<OpenedPlace, string>> {
    const ahead = [...way];
    for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
      if (part.name === "..") {
        if (this.#open.length === 1) return leadsOut;
        await this.#open.pop()?.close();
        continue;
      }
      const next = await this.#enter(part);
      if (next === undefined) return { ok: false, error: "it leads over a link to nothing" };
      const stats = await next.stat();
      if (stats.isSymbolicLink()) {
        await next.close();
        const target = await this.#follow(part.name);
        if (!target.ok) return target;
        ahead.unshift(...target.value);
        continue;
      }
      if (!stats.isDirectory() && ahead.length === 0) {
        return { ok: true, value: { handle: next, isDirectory: false } };
      }
      this.#open.push(next);
      if (!stats.isDirectory()) return { ok: false, error: "it leads through something that is not a directory" };
    }
    const handle = this.#open.pop();
    if (handle === undefined) throw new TypeError("a walk has no end");
    return { ok: true, value: { handle, isDirectory: true } };
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((handle) => handle.close()));
  }

  /** Undefined when there is nothing of this name and it is not to be made. */
  async #enter({ name, fromLink }: Part): Promise<FileHandle | undefined> {
    const path = this.#at(name);
    try {
      return await openPlace(path);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
    if (fromLink) return undefined;
    const mode = (await (this.#open[0] as FileHandle).stat()).mode & 0o777;
    try {
      await mkdir(path, { mode });
    } catch (error) {
      // Somebody else was first; what it is will be seen.
      if (!hasCode(error, "EEXIST")) throw error;
      return await openPlace(path);
    }
    const made = await openPlace(path);
    // The mode of mkdir is cut by the umask.
    if ((await made.stat()).isDirectory()) await chmod(`/proc/self/fd/${made.fd}`, mode);
    return made;
  }

  /** The steps of a link here. */
  async #follow(name: string): Promise<Result<readonly Part[], string>> {
    this.#links += 1;
    if (this.#links > maximumLinks) return { ok: false, error: "it leads over too many links" };
    const target = await readlink(this.#at(name));
    if (!target.startsWith("/")) return { ok: true, value: partsOfLink(target) };
    if (target !== this.#root && !target.startsWith(`${this.#root}/`)) return leadsOut;
    await Promise.all(this.#open.splice(1).map((handle) => handle.close()));
    return { ok: true, value: partsOfLink(target.slice(this.#root.length)) };
  }

  #at(name: string): string {
    return `/proc/self/fd/${this.#open.at(-1)?.fd}/${name}`;
  }
}

const leadsOut = { ok: false, error: "it leads out of the volume" } as const;

function partsOfLink(target: string): readonly Part[] {
  const names = target.split("/").filter(isStep);
  return names.map((name) => ({ name, fromLink: true }));
}

const isStep = (part: string): boolean => part !== "" && part !== ".";

async function openPlace(path: string): Promise<FileHandle> {
  return await open(path, O_PATH | constants.O_NOFOLLOW);
}
