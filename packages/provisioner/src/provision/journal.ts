import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { describeError, hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { writeDurably } from "../disk/durable.ts";
import { parseLines, showLine, volumeOf, type Intent, type JournalLine } from "./intent.ts";

/** The intents that are not finished, on disk. */
export interface Journal extends Stoppable {
  /** By the name of the volume. */
  get(volumeName: string): Intent | undefined;
  list(): readonly Intent[];
  /** Resolves when the intent is on disk. It takes the place of an earlier one for the same volume. */
  begin(intent: Intent): Promise<void>;
  /**
   * Forgets the intent, because its volume exists or its leftovers are gone. Resolves when that is on disk; when it cannot be
   * written it rejects, and is tried until it can.
   */
  finish(volumeName: string): Promise<void>;
  /** The same for one who does not wait for it: it goes to disk with what others ask for soon, or after `finishDelayMs`. */
  finishLater(volumeName: string): void;
}

/**
 * How long the end of a work may wait for others, so that noting it does not keep the disk from those who wait for theirs.
 * An intent that stays longer costs a look at its volume after a restart, no more.
 */
const finishDelayMs = 20;

/** From this size on, the file is written anew with the open intents only. */
const rewriteAtBytes = 1_048_576;

export interface JournalOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long after a write that failed it is tried again. Defaults to 1000. */
  readonly retryMs?: number | undefined;
}

interface Record {
  readonly line: JournalLine;
  readonly done: PromiseWithResolvers<void>;
}

/** The file, open for appending. */
interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  /** In bytes. */
  size: number;
}

/**
 * Opens the journal, a file of JSON lines. Records that come while one write runs go to disk together with the next one, so
 * that many volumes made at once cost few syncs.
 */
export async function openJournal(path: string, options: JournalOptions): Promise<Journal> {
  const { disk, clock, log, retryMs = 1000 } = options;
  const intents = new Map<string, Intent>();
  /** What is forgotten here, and not yet on disk. */
  const finishing = new Map<string, Promise<void>>();
  let queue: Record[] = [];
  let isWriting = false;
  let written: Promise<void> = Promise.resolve();
  let isStopped = false;
  /** The file is to be written although nothing new has come. */
  let isStale = false;
  let cancelRewrite: (() => void) | undefined;
  let cancelFinish: (() => void) | undefined;
  /** Undefined when nobody knows what it holds, so that it has to be written anew. */
  let file: OpenFile | undefined;

  for (const line of parseLines(await readIfPresent(disk, path))) apply(line);
  await rewrite();

  function apply(line: JournalLine): void {
    if ("finish" in line) intents.delete(line.finish);
    else intents.set(volumeOf(line.begin), line.begin);
  }

  function add(line: JournalLine): Promise<void> {
    apply(line);
    const done = Promise.withResolvers<void>();
    queue.push({ line, done });
    return done.promise;
  }

  /** Whether what is forgotten is on disk is for `finishing` to say, also when nobody asks. */
  function forget(volumeName: string): void {
    if (!intents.has(volumeName)) return;
    const forgotten = add({ finish: volumeName });
    forgotten.catch(() => {});
    finishing.set(volumeName, forgotten);
  }

  function wake(): void {
    cancelFinish?.();
    cancelFinish = undefined;
    if (!isWriting) written = writeAll();
  }

  /** What the file says more than is so must not stay: nobody else writes to it, perhaps for days. */
  function rewriteLater(): void {
    if (isStopped) return;
    cancelRewrite?.();
    cancelRewrite = clock.after(retryMs, () => {
      isStale = file === undefined;
      wake();
    });
  }

  async function writeAll(): Promise<void> {
    isWriting = true;
    // Whoever asks in this turn of the event loop comes along.
    await Promise.resolve();
    while (queue.length > 0 || isStale) {
      const batch = queue;
      queue = [];
      isStale = false;
      try {
        await write(batch.map(({ line }) => line));
        for (const { line, done } of batch) {
          if ("finish" in line) finishing.delete(line.finish);
          done.resolve();
        }
      } catch (error) {
        // After a write or sync that failed, what is on disk is not known.
        await closeFile();
        log.warn("the journal of volumes cannot be written, trying again", { path, error: describeError(error) });
        for (const { done } of batch) done.reject(error);
        rewriteLater();
      }
    }
    isWriting = false;
  }

  async function write(lines: readonly JournalLine[]): Promise<void> {
    if (file === undefined || file.size > rewriteAtBytes) {
      await rewrite();
      return;
    }
    const text = lines.map(showLine).join("");
    const { handle, inode } = file;
    const append = async (): Promise<void> => {
      await handle.writeFile(text);
      await handle.sync();
    };
    // Where another file has its name, the directory around it was exchanged, and what was noted before has to be noted again.
    const [found] = await Promise.all([disk.lstat(path), append()]);
    if (found.ino !== inode) throw new Error(`${path} is another file than before`);
    file.size += Buffer.byteLength(text);
  }

  async function closeFile(): Promise<void> {
    const handle = file?.handle;
    file = undefined;
    // What could go wrong in closing has been asked for with `sync`.
    await handle?.close().catch(() => {});
  }

  async function rewrite(): Promise<void> {
    const text = [...intents.values()].map((begin) => showLine({ begin })).join("");
    // What comes while this is written goes with the next write.
    const forgotten = [...finishing.keys()].filter(
      (name) => !queue.some(({ line }) => "finish" in line && line.finish === name),
    );
    await closeFile();
    await writeDurably(disk, path, text);
    for (const name of forgotten) finishing.delete(name);
    const handle = await disk.open(path, constants.O_WRONLY | constants.O_APPEND);
    file = { handle, inode: (await handle.stat()).ino, size: Buffer.byteLength(text) };
  }

  return {
    get: (volumeName) => intents.get(volumeName),
    list: () => [...intents.values()],
    async begin(intent) {
      finishing.delete(volumeOf(intent));
      const begun = add({ begin: intent });
      wake();
      await begun;
    },
    async finish(volumeName) {
      forget(volumeName);
      const forgotten = finishing.get(volumeName);
      if (forgotten !== undefined) wake();
      await forgotten;
    },
    finishLater(volumeName) {
      forget(volumeName);
      cancelFinish ??= clock.after(finishDelayMs, wake);
    },
    async stop() {
      isStopped = true;
      cancelRewrite?.();
      wake();
      await written;
      await closeFile();
    },
  };
}

async function readIfPresent(disk: Disk, path: string): Promise<string> {
  try {
    return await disk.readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw new Error(`cannot read ${path}, which tells what was being made when the daemon ended`, { cause: error });
  }
}
