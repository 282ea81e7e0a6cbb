import { ApiError, type KubeObject } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import type { WatchEvent } from "../client.ts";
import type { Connection } from "./connection.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readWatchEvent } from "./watch-events.ts";

export interface WatchCall {
  readonly connection: Connection;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly maxEventBytes: number;
}

/**
 * Follows one watch until the signal aborts. Reads no further than its consumer takes, so a slow consumer holds up the
 * server and not the memory. Whatever else ends the watch, a server that ends it in good order included, is thrown:
 * going on from where it broke is the informer's work.
 */
export async function* followWatch<T extends KubeObject>(call: WatchCall): AsyncGenerator<WatchEvent<T>, void, void> {
  const { connection, path, signal, maxEventBytes } = call;
  if (signal.aborted) return;
  try {
    const response = await connection.open({ method: "GET", path, signal });
    const splitter = createLineSplitter({ maxLineBytes: maxEventBytes });
    // Leaving the loop in any way destroys the response and with it the connection.
    for await (const chunk of response) {
      for (const line of splitter.push(chunk as Buffer)) {
        if (signal.aborted) return;
        yield readWatchEvent<T>(line);
      }
    }
    if (!signal.aborted) throw cutOff(splitter.hasRest() ? "in the middle of an event" : "by the server");
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiError ? error : cutOff(describeError(error), error);
  }
}

function cutOff(how: string, cause?: unknown): ApiError {
  return new ApiError("ServiceUnavailable", `the watch was cut off: ${how}`, { cause });
}
