import { createReadStream } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { describeError, nodeHttp, type Clock, type Stoppable } from "@ordinal/runtime";
import { accessLine } from "./access-log.ts";
import { parseRange, type ByteRange } from "./byte-range.ts";
import { contentType } from "./content-types.ts";
import { findFile, type Found } from "./find-file.ts";
import { isRefused, isUnchanged, mayRange, validatorsOf } from "./validators.ts";

export interface WebServerOptions {
  /** The directory that is served. */
  readonly root: string;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly clock: Pick<Clock, "now">;
  /** One line per request, nginx's combined format. */
  readonly onAccess: (line: string) => void;
  /** Something went wrong that the client is not to blame for. */
  readonly onError: (line: string) => void;
}

export interface WebServer extends Stoppable {
  readonly port: number;
}

const serverName = "ordinal-web";

/** Serves files as nginx does by default: index.html, types, ranges, validators, no listings. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { root, host, port, clock, onAccess, onError } = options;
  const server = nodeHttp().createServer((request, response) => {
    response.on("close", () => onAccess(lineOf(request, response, clock.now())));
    answer(request, response, root).catch((error: unknown) => {
      onError(`${request.method ?? ""} ${request.url ?? ""}: ${describeError(error)}`);
      if (!response.headersSent) sendPage(request, response, 500);
      else response.destroy();
    });
  });
  await listen(server, { host, port });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, root: string): Promise<void> {
  response.setHeader("Server", serverName);
  if (request.method !== "GET" && request.method !== "HEAD") return sendPage(request, response, 405);
  const path = (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
  const found = await findFile(root, path);
  switch (found.is) {
    case "file":
      return await sendFile(request, response, found);
    case "moved": {
      const query = (request.url ?? "").slice(path.length);
      response.setHeader("Location", `http://${request.headers.host ?? "localhost"}${found.to}${query}`);
      return sendPage(request, response, 301);
    }
    case "forbidden":
      return sendPage(request, response, 403);
    case "missing":
      return sendPage(request, response, 404);
    case "malformed":
      return sendPage(request, response, 400);
  }
}

async function sendFile(
  { method, headers }: Pick<IncomingMessage, "method" | "headers">,
  response: ServerResponse,
  { path, stats }: Found & { readonly is: "file" },
): Promise<void> {
  const validators = validatorsOf(stats);
  response.setHeader("Last-Modified", validators.lastModified);
  response.setHeader("ETag", validators.etag);
  if (isRefused(headers, validators)) return sendPage({ method, headers }, response, 412);
  if (isUnchanged(headers, validators)) {
    response.writeHead(304).end();
    return;
  }
  const range = mayRange(headers, validators) ? parseRange(headers.range, stats.size) : undefined;
  if (range === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${stats.size}`);
    return sendPage({ method, headers }, response, 416);
  }
  const { start, end } = range ?? { start: 0, end: stats.size - 1 };
  response.setHeader("Content-Type", contentType(path));
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Length", end - start + 1);
  if (range !== undefined) response.setHeader("Content-Range", `bytes ${start}-${end}/${stats.size}`);
  response.writeHead(range === undefined ? 200 : 206);
  if (method === "HEAD" || stats.size === 0) response.end();
  else await stream(path, { start, end }, response);
}

async function stream(path: string, range: ByteRange, response: ServerResponse): Promise<void> {
  try {
    await pipeline(createReadStream(path, range), response);
  } catch (error) {
    // The asker has gone, which is no error of ours.
    if (!response.destroyed) throw error;
  }
}

/** A small page that names the status, as nginx shows one. */
function sendPage(
  { method }: Pick<IncomingMessage, "method" | "headers">,
  response: ServerResponse,
  status: number,
): void {
  const title = `${status} ${nodeHttp().STATUS_CODES[status] ?? ""}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${serverName}</center>\r\n</body>\r\n</html>\r\n`;
  for (const name of ["Last-Modified", "ETag"]) response.removeHeader(name);
  response.writeHead(status, { "Content-Type": "text/html", "Content-Length": Buffer.byteLength(page) });
  response.end(method === "HEAD" ? undefined : page);
}

function lineOf(request: IncomingMessage, response: ServerResponse, nowMs: number): string {
  const { referer, "user-agent": userAgent } = request.headers;
  const hasBody = request.method !== "HEAD" && response.statusCode !== 304;
  return accessLine({
    address: request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "-",
    atMs: nowMs,
    method: request.method ?? "-",
    target: request.url ?? "-",
    httpVersion: request.httpVersion,
    status: response.statusCode,
    bytes: hasBody ? Number(response.getHeader("Content-Length") ?? 0) : 0,
    ...(referer === undefined ? {} : { referer }),
    ...(userAgent === undefined ? {} : { userAgent }),
  });
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
