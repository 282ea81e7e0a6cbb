import type { IncomingMessage } from "node:http";
import { ApiError } from "@ordinal/api";

/** The largest body that is accepted, as upstream's `MaxRequestBodyBytes`. */
const maxBodyBytes: number = 3 * 1024 * 1024;

/**
 * Reads a body. Throws ApiError RequestEntityTooLarge for a longer one, and lets the rest of it run into nothing, so that the
 * client gets to read the answer.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else reject(tooLarge(request));
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", (cause) => reject(new ApiError("BadRequest", "the request body was cut off", { cause })));
  });
}

function tooLarge(request: IncomingMessage): ApiError {
  request.removeAllListeners("data");
  request.resume();
  return new ApiError("RequestEntityTooLarge", `Request entity too large: limit is ${maxBodyBytes}`);
}
