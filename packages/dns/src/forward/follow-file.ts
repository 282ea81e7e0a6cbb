import { readFile, stat } from "node:fs/promises";
import { describeError, type Clock, type Stoppable } from "@ordinal/runtime";

export interface FollowFileOptions {
  readonly clock: Clock;
  /** How often to look. Defaults to 2 000. */
  readonly everyMs?: number;
  /** The text, first as it is now, then whenever it may have changed; an error's words where it cannot be read. */
  readonly onText: (read: { readonly text: string } | { readonly problem: string }) => void;
}

/** Nobody's resolv.conf is longer; something else at its path should not be read to its end. */
const maxOctets = 65_536;

/**
 * Follows a small text file by looking at what its path leads to, as glibc does before each look-up: so a file that is
 * replaced, a symlink that is turned and a directory that appears later are seen, which watching an inode does not tell.
 * Resolves when it has been read for the first time.
 */
export async function followFile(path: string, options: FollowFileOptions): Promise<Stoppable> {
  const { clock, everyMs = 2_000, onText } = options;
  let seen = "";
  let isStopped = false;
  let cancel: (() => void) | undefined;
  let looking = look();

  async function look(): Promise<void> {
    const found = await read(path, seen);
    if (isStopped) return;
    if (found.signature !== seen) {
      seen = found.signature;
      if (found.text !== undefined) onText({ text: found.text });
      else onText({ problem: found.problem ?? "it is no file" });
    }
    cancel = clock.after(everyMs, () => {
      looking = look();
    });
  }

  await looking;
  return {
    async stop() {
      isStopped = true;
      cancel?.();
      await looking;
    },
  };
}

interface Found {
  /** Differs when the file does. */
  readonly signature: string;
  readonly text?: string;
  readonly problem?: string;
}

async function read(path: string, seen: string): Promise<Found> {
  try {
    const file = await stat(path, { bigint: true });
    const signature = [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs].join(" ");
    if (signature === seen) return { signature };
    if (!file.isFile()) return { signature, problem: `${path} is not a file` };
    if (file.size > maxOctets) return { signature, problem: `${path} is longer than ${maxOctets} octets` };
    return { signature, text: await readFile(path, "utf8") };
  } catch (error) {
    const problem = describeError(error);
    return { signature: problem, problem };
  }
}
