import type { Duplex } from "node:stream";
import { ApiError, isApiError } from "@ordinal/api";
import { describeError, nodeHttp } from "@ordinal/runtime";

/** Refuses an upgrade: writes a failure as an ordinary HTTP answer on the bare socket, and ends it. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  if (!socket.writable) return;
  const known = isApiError(error) ? error : new ApiError("InternalError", describeError(error));
  const body = JSON.stringify(known.toStatus());
  const head = [
    `HTTP/1.1 ${known.code} ${nodeHttp().STATUS_CODES[known.code] ?? "Error"}`,
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
