import type { Logger, Stoppable } from "@ordinal/runtime";
import { watch } from "chokidar";

export interface FollowFileOptions {
  /** Reads the file and takes over what it says; never called while an earlier call runs. */
  readonly take: () => Promise<void>;
  /** What is to become of an error of `take`, which nobody else hears of. */
  readonly onFailure: (error: unknown) => void;
  readonly log: Logger;
}

/** A file that is followed. Stopping waits for what is being taken over. */
export interface FollowedFile extends Stoppable {
  /** Takes the file now, as SIGHUP asks. */
  reload(): void;
}

/** Takes a file again whenever it changes, also by being replaced. Resolves once changes are seen. */
export async function followFile(path: string, { take, onFailure, log }: FollowFileOptions): Promise<FollowedFile> {
  let isAsked = false;
  let work: Promise<void> | undefined;

  function reload(): void {
    isAsked = true;
    work ??= takeAll();
  }

  async function takeAll(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      await take().catch(onFailure);
    }
    work = undefined;
  }

  const watcher = watch(path, {
    ignoreInitial: true,
    // An editor that writes in pieces is waited for.
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  // A file that goes is about to come back, or is missed at the next reading.
  watcher.on("add", reload).on("change", reload);
  watcher.on("error", (error) => log.error("cannot watch the file", { path, error: String(error) }));
  await new Promise<void>((resolve) => {
    watcher.once("ready", resolve);
  });
  return {
    reload,
    async stop() {
      await watcher.close();
      isAsked = false;
      await work;
    },
  };
}
