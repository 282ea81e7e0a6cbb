import { constants } from "node:fs";
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
  /** Bytes in the file. Undefined when nobody knows what it holds, so that it has to be written anew. */
  let size: number | undefined;

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
    if ("begin" in line) wake();
    else cancelFinish ??= clock.after(finishDelayMs, wake);
    return done.promise;
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
      isStale = size === undefined;
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
        size = undefined;
        log.warn("the journal of volumes cannot be written, trying again", { path, error: describeError(error) });
        for (const { done } of batch) done.reject(error);
        rewriteLater();
      }
    }
    isWriting = false;
  }

  async function write(lines: readonly JournalLine[]): Promise<void> {
    if (size === undefined || size > rewriteAtBytes) {
      await rewrite();
      return;
    }
    const text = lines.map(showLine).join("");
    // Not made when missing: then the directory around it was exchanged, and what was noted before has to be noted again.
    const handle = await disk.open(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    size += Buffer.byteLength(text);
  }

  async function rewrite(): Promise<void> {
    const text = [...intents.values()].map((begin) => showLine({ begin })).join("");
    // What comes while this is written goes with the next write.
    const forgotten = [...finishing.keys()].filter(
      (name) => !queue.some(({ line }) => "finish" in line && line.finish === name),
    );
    await writeDurably(disk, path, text);
    for (const name of forgotten) finishing.delete(name);
    size = Buffer.byteLength(text);
  }

  return {
    get: (volumeName) => intents.get(volumeName),
    list: () => [...intents.values()],
    async begin(intent) {
      finishing.delete(volumeOf(intent));
      await add({ begin: intent });
    },
    async finish(volumeName) {
      if (intents.has(volumeName)) finishing.set(volumeName, add({ finish: volumeName }));
      await finishing.get(volumeName);
    },
    async stop() {
      isStopped = true;
      cancelRewrite?.();
      wake();
      await written;
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
