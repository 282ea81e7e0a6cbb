import { PassThrough } from "node:stream";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { hasCode } from "@ordinal/runtime";
import type { Clock, Logger } from "@ordinal/runtime";
import type { Session } from "../../pod-runtime.ts";
import { openWriter } from "../exec/pipes.ts";
import { createTerminalSizer } from "../exec/terminal-size.ts";
import { followFrom } from "../logs/read-log.ts";
import { extentOf } from "../logs/segments.ts";
import type { Run } from "./run.ts";

/** How much of what was said before is said again, so that a shell's prompt is not missed. */
const replayBytes = 64 * 1024;

/** The run's own input, and its output from a little before now until it ends. */
export async function attachTo(run: Run, { clock, log }: { clock: Clock; log: Logger }): Promise<Session> {
  const leaving = new AbortController();
  const stdout = new PassThrough();
  const { start, end } = await extentOf(run.log.segments);
  const offset = Math.max(start, end - replayBytes);
  const pieces = followFrom(run.log, { offset, follow: true, signal: leaving.signal });
  const copied = pipeline(async function* () {
    for await (const { bytes } of pieces) yield bytes;
  }, stdout);
  // Whoever reads the output and goes away before its end ends the copying with it.
  copied.catch(() => {});

  const stdin = run.record.stdin ? await openInput(run) : undefined;
  stdin?.on("error", (error) => {
    if (!hasCode(error, "EPIPE")) log.debug("cannot write to a container", { ...run.id, error: error.message });
  });
  const endsInput = run.record.stdinOnce && !run.record.tty;
  if (endsInput) stdin?.on("close", () => run.endInput());
  const sizer = run.record.tty ? createTerminalSizer(run.process.pid, { clock, log }) : undefined;
  void run.ended.then(() => stdin?.destroy());

  return {
    ...(stdin === undefined ? {} : { stdin }),
    stdout,
    resize: (size) => sizer?.resize(size),
    exitCode: run.ended.then(() => (run.state.is === "exited" ? run.state.code : 0)),
    close() {
      leaving.abort();
      sizer?.stop();
      stdin?.destroy();
    },
  };
}

/** Nobody reads the input of a program that has just ended, or that has closed it. */
async function openInput(run: Run): Promise<Writable> {
  try {
    return await openWriter(run.place.fifos.in);
  } catch (error) {
    if (!hasCode(error, "ENXIO", "ENOENT")) throw error;
    return new PassThrough().resume();
  }
}
