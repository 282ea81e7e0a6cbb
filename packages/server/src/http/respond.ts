import type { ServerResponse } from "node:http";
import { ApiError, type Status } from "@ordinal/api";
import { describeError, type Logger } from "@ordinal/runtime";
import type { Answer } from "./exchange.ts";

/** Writes an answer. Nothing happens when the client has gone meanwhile. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  if ("bytes" in answer) {
    const length = Buffer.byteLength(answer.bytes);
    response.writeHead(answer.code, { ...answer.headers, "content-length": length }).end(answer.bytes);
    return;
  }
  const text = `${JSON.stringify(answer.value)}\n`;
  response
    .writeHead(answer.code, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}

/** Any failure as the Status it is to the client; what is not an ApiError is a fault of ours, and is logged. */
export function statusOf(error: unknown, log: Logger): Status & { readonly code: number } {
  const known = error instanceof ApiError ? error : internalError(error, log);
  return { ...known.toStatus(), code: known.code };
}

/** Adds a `Warning` header. Source: apimachinery `net.NewWarningHeader`. */
export function addWarning(response: ServerResponse, text: string): void {
  if (response.headersSent) return;
  // oxlint-disable-next-line no-control-regex -- control characters are what must not get into a header
  const quoted = text.replaceAll(/[\u0000-\u001f\u007f]/g, " ").replaceAll(/["\\]/g, "\\$&");
  // Headers are bytes: Node takes UTF-8 when each byte is one character.
  response.appendHeader("Warning", Buffer.from(`299 - "${quoted}"`, "utf8").toString("latin1"));
}

function internalError(cause: unknown, log: Logger): ApiError {
  const stack = cause instanceof Error ? cause.stack : undefined;
  log.error("a request failed", { error: describeError(cause), stack });
  return new ApiError("InternalError", `Internal error occurred: ${describeError(cause)}`, { cause });
}
