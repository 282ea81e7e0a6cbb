import type { Logger, Stoppable } from "@ordinal/runtime";
import { watch } from "chokidar";

/** Calls back when a file changes, also by being replaced. Resolves once changes are seen. */
export async function watchFile(path: string, options: { onChange: () => void; log: Logger }): Promise<Stoppable> {
  const { onChange, log } = options;
  const watcher = watch(path, {
    ignoreInitial: true,
    // An editor that writes in pieces is waited for.
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  // A file that goes is about to come back, or is missed at the next reading.
  watcher.on("add", onChange).on("change", onChange);
  watcher.on("error", (error) => log.error("cannot watch the file", { path, error: String(error) }));
  await new Promise<void>((resolve) => {
    watcher.once("ready", resolve);
  });
  return {
    async stop() {
      await watcher.close();
    },
  };
}
