import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { appendFile, stat } from "node:fs/promises";
import { describeError } from "@ordinal/runtime";
import type { Clock, Logger } from "@ordinal/runtime";
import { readIfPresent } from "../commands/read-if-present.ts";
import { formatGrowth, parseGrowths } from "./log-times.ts";
import type { Growth } from "./log-times.ts";
import { extentOf, indexPath, listSegments, pruneSegments, segmentPath } from "./segments.ts";
import type { Segments } from "./segments.ts";

export interface RunLogOptions {
  readonly segments: Segments;
  /** How many segments are kept. */
  readonly keep: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Two looks at a growing log are at least this far apart: how exact the times of lines are. */
const lookEveryMs = 20;
/** How often a log is looked at where the kernel has no watches left. */
const pollEveryMs = 500;

/**
 * The output of one run while the daemon is there: notes when it grew, tells those who follow it, and removes the
 * oldest segments. The output itself is written by the logger, with or without a daemon.
 */
export class RunLog {
  readonly segments: Segments;
  readonly #keep: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  #watcher: FSWatcher | undefined;
  #cancelPoll: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #cancelLook: (() => void) | undefined;
  #lastLookMs = 0;
  #seenEnd = -1;
  #version = 0;
  #changed = Promise.withResolvers<void>();
  #finished = false;

  constructor({ segments, keep, clock, log }: RunLogOptions) {
    this.segments = segments;
    this.#keep = keep;
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins to watch, and notes what came while nobody did. */
  open(): void {
    try {
      this.#watcher = watch(this.segments.directory, { persistent: false }, () => this.#noticed());
      this.#watcher.on("error", (error) => this.#poll(error));
    } catch (error) {
      this.#poll(error);
    }
    this.#noticed();
  }

  /** Nothing more will be written. Resolves when the last of it is noted. */
  async finish(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    this.close();
    await this.#look();
    this.#announce();
  }

  /** Stops watching, and leaves everything as it is. */
  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#cancelPoll?.();
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Changes whenever there may be more to read, or the log is finished. */
  get version(): number {
    return this.#version;
  }

  /** Resolves at the next change of `version`. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** When the output had grown how far, oldest first. */
  async growths(): Promise<readonly Growth[]> {
    const numbers = await listSegments(this.segments);
    const texts = await Promise.all(numbers.map((number) => readIfPresent(indexPath(this.segments, number))));
    return texts.flatMap((text) => parseGrowths(text ?? ""));
  }

  #noticed(): void {
    this.#announce();
    if (this.#cancelLook !== undefined || this.#finished) return;
    const waitMs = Math.max(this.#lastLookMs + lookEveryMs - this.#clock.now(), 0);
    this.#cancelLook = this.#clock.after(waitMs, () => {
      this.#cancelLook = undefined;
      this.#lastLookMs = this.#clock.now();
      void this.#look();
    });
  }

  #announce(): void {
    this.#version++;
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  /** One look after another, because two would write their notes in any order. */
  #look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#note())
      .catch((error: unknown) => {
        this.#log.warn("cannot note the times of a log", {
          directory: this.segments.directory,
          error: describeError(error),
        });
      });
    return this.#looking;
  }

  async #note(): Promise<void> {
    const nowMs = this.#clock.now();
    const { end } = await extentOf(this.segments);
    if (end === 0 || end === this.#seenEnd) return;
    const last = (await listSegments(this.segments)).at(-1) ?? 0;
    // What came while nobody looked came no later than the file was written last.
    const isFirst = this.#seenEnd < 0;
    const atMs = isFirst ? Math.min(nowMs, await writtenAtMs(segmentPath(this.segments, last))) : nowMs;
    this.#seenEnd = end;
    await appendFile(indexPath(this.segments, last), formatGrowth({ end, atMs }));
    await pruneSegments(this.segments, this.#keep);
  }

  #poll(error: unknown): void {
    this.#log.warn("cannot watch a log, looking at it now and then", { error: describeError(error) });
    const again = (): void => {
      this.#noticed();
      this.#cancelPoll = this.#clock.after(pollEveryMs, again);
    };
    again();
  }
}

async function writtenAtMs(path: string): Promise<number> {
  return Math.floor((await stat(path)).mtimeMs);
}
