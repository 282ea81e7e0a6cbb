import type { LogOptions } from "../../pod-runtime.ts";
import { lineStart, tailOffset } from "./line-start.ts";
import { offsetBefore, timeAt } from "./log-times.ts";
import type { Growth } from "./log-times.ts";
import { readFrom } from "./read-range.ts";
import type { Piece } from "./read-range.ts";
import type { RunLog } from "./run-log.ts";
import { extentOf } from "./segments.ts";

export interface ReadLogOptions extends LogOptions {
  readonly signal: AbortSignal;
  /** For lines that nobody has noted a time of yet. */
  readonly now: () => number;
}

/** The run's output as `kubectl logs` asks for it. A followed one ends when the run has ended and all is read. */
export async function* readLog(log: RunLog, options: ReadLogOptions): AsyncGenerator<Uint8Array> {
  const { limitBytes = Number.POSITIVE_INFINITY, timestamps } = options;
  const pieces = followFrom(log, { offset: await firstOffset(log, options), ...options });
  let left = limitBytes;
  for await (const bytes of timestamps ? stamped(log, { pieces, now: options.now }) : bare(pieces)) {
    if (left <= 0) return;
    yield bytes.subarray(0, left);
    left -= bytes.length;
  }
}

/** The last bytes of the output, as text. */
export async function readTail({ segments }: RunLog, bytes: number): Promise<string> {
  const { end } = await extentOf(segments);
  const parts: Buffer[] = [];
  for await (const piece of readFrom(segments, Math.max(end - bytes, 0))) parts.push(piece.bytes);
  return Buffer.concat(parts).subarray(-bytes).toString("utf8");
}

async function firstOffset(log: RunLog, { tailLines, sinceMs }: LogOptions): Promise<number> {
  const { start } = await extentOf(log.segments);
  const offsets = [start];
  if (tailLines !== undefined) offsets.push(await tailOffset(log.segments, tailLines));
  if (sinceMs !== undefined) {
    offsets.push(await lineStart(log.segments, offsetBefore(await log.growths(), sinceMs)));
  }
  return Math.max(...offsets);
}

/** Output from an offset on; when following, also what comes later, until the log is finished or nobody wants it. */
export async function* followFrom(
  log: RunLog,
  { offset, follow, signal }: { readonly offset: number; readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Piece> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  for (let at = offset; ;) {
    const { version, changed, finished } = log;
    for await (const piece of readFrom(log.segments, at)) {
      if (signal.aborted) return;
      yield piece;
      at = piece.offset + piece.bytes.length;
    }
    if (!follow || finished || signal.aborted) return;
    if (log.version === version) await Promise.race([changed, aborted]);
  }
}

async function* bare(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes;
}

/** Every line with the time in front at which it was complete, or at which its last part was read. */
async function* stamped(
  log: RunLog,
  { pieces, now }: { readonly pieces: AsyncIterable<Piece>; readonly now: () => number },
): AsyncGenerator<Uint8Array> {
  let begun: Piece | undefined;
  let growths: readonly Growth[] = await log.growths();
  for await (const piece of pieces) {
    if (piece.offset + piece.bytes.length > (growths.at(-1)?.end ?? 0)) growths = await log.growths();
    const joined = begun === undefined ? piece : append(begun, piece);
    const complete = joined.bytes.lastIndexOf(0x0a) + 1;
    if (complete > 0) yield stampLines({ ...joined, bytes: joined.bytes.subarray(0, complete) }, growths, now());
    begun = { offset: joined.offset + complete, bytes: joined.bytes.subarray(complete) };
  }
  if (begun !== undefined && begun.bytes.length > 0) yield stampLines(begun, growths, now());
}

function append(begun: Piece, { bytes }: Piece): Piece {
  return { offset: begun.offset, bytes: Buffer.concat([begun.bytes, bytes]) };
}

function stampLines({ offset, bytes }: Piece, growths: readonly Growth[], otherwise: number): Buffer {
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline < 0 ? bytes.length : newline + 1;
    const time = new Date(timeAt(growths, offset + to, otherwise)).toISOString().replace("Z", "000000Z");
    parts.push(Buffer.from(`${time} `), bytes.subarray(from, to));
    from = to;
  }
  return Buffer.concat(parts);
}
