import { readlink } from "node:fs/promises";
import { describeError, hasCode } from "@ordinal/runtime";
import type { Clock, Logger } from "@ordinal/runtime";
import { processTree } from "../adopt/find-processes.ts";
import { runCommand } from "../commands/run-command.ts";

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Sets the size of a terminal, one change after the other; of several that wait only the last counts. */
export interface TerminalSizer {
  resize(size: Size): void;
  /** Forgets what has not been done. */
  stop(): void;
}

/** A client tells its size at once, and the terminal is made only when its program starts. */
const tries = 60;
const pauseMs = 10;

/** For the terminal that `script`, the process with this id or one below it, holds for its command. */
export function createTerminalSizer(pid: number, { clock, log }: { clock: Clock; log: Logger }): TerminalSizer {
  const ending = new AbortController();
  let wanted: Size | undefined;
  let working = false;

  async function work(): Promise<void> {
    while (wanted !== undefined && !ending.signal.aborted) {
      const size = wanted;
      wanted = undefined;
      const terminal = await findTerminal();
      if (terminal === undefined) return;
      const { code, stderr } = await runCommand(sttyCommand(terminal, size));
      if (code !== 0) log.debug("cannot resize a terminal", { terminal, error: stderr });
    }
  }

  async function findTerminal(): Promise<string | undefined> {
    for (let attempt = 0; attempt < tries && !ending.signal.aborted; attempt++) {
      for (const each of await processTree(pid)) {
        const path = `/proc/${each}/fd/0`;
        if (await isTerminal(path)) return path;
      }
      await clock.sleep(pauseMs);
    }
    return undefined;
  }

  return {
    resize(size) {
      wanted = size;
      if (working) return;
      working = true;
      work()
        .catch((error: unknown) => log.debug("cannot resize a terminal", { error: describeError(error) }))
        .finally(() => {
          working = false;
        });
    },
    stop: () => ending.abort(),
  };
}

async function isTerminal(path: string): Promise<boolean> {
  try {
    return /^\/dev\/pts\/\d+$/.test(await readlink(path));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES")) return false;
    throw error;
  }
}

function sttyCommand(terminal: string, { columns, rows }: Size): readonly string[] {
  return ["stty", "-F", terminal, "rows", String(rows), "cols", String(columns)];
}
