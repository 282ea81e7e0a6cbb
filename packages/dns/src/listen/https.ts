import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Respond } from "../answers/respond.ts";
import { headerSize, queryLimit } from "../wire/constants.ts";
import { secureOptions } from "./certificate.ts";
import type { Connection } from "./connections.ts";
import { mediaType, readRequest, tooLong, unreadable, type DohRequest } from "./doh-request.ts";
import { freshnessOf } from "./freshness.ts";
import { listenSecurely, type SecureListener, type SecureListenerOptions } from "./secure.ts";

type Refused = DohRequest & { readonly is: "refused" };

/** Queries under way on one connection, at most. RFC 9113 §6.5.2 asks for no fewer than 100. */
const maxConcurrentStreams = 100;

/**
 * Answers queries over HTTPS (RFC 8484), with HTTP/2 or 1.1, at /dns-query. Rejects, naming address or certificate and the
 * remedy, where it cannot.
 */
export async function listenHttps(options: SecureListenerOptions): Promise<SecureListener> {
  const { respond, log } = options;
  const { createSecureServer } = await import("node:http2");
  return await listenSecurely(options, {
    what: "DNS over HTTPS",
    make: () =>
      createSecureServer({
        ...secureOptions(options),
        allowHTTP1: true,
        // A query is small: no peer needs room for more, in headers, bodies or what waits to be read.
        settings: { maxConcurrentStreams, initialWindowSize: 2 * queryLimit, maxHeaderListSize: 16_384 },
        maxSessionMemory: 1,
      }),
    serve(server, acceptor) {
      server.on("sessionError", (error: Error) => log.debug("an HTTP/2 session failed", { error: error.message }));
      server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
        // What fails here is the peer going away.
        request.on("error", (error) => log.debug("a request failed", { error: error.message }));
        response.on("error", (error: Error) => log.debug("a request failed", { error: error.message }));
        const connection = acceptor.connectionOf(request.socket);
        if (connection === undefined) request.destroy();
        else answer(request, response, { connection, respond });
      });
    },
  });
}

function answer(request: Http2ServerRequest, response: Http2ServerResponse, asker: Asker): void {
  const asked = readRequest({
    method: request.method,
    url: request.url,
    contentType: request.headers["content-type"],
    contentLength: request.headers["content-length"],
  });
  if (asked.is === "refused") refuse(response, asked);
  else if (asked.is === "query") give(response, asked.message, asker);
  else readBody(request, (body) => (body === undefined ? refuse(response, tooLong) : give(response, body, asker)));
}

interface Asker {
  readonly connection: Connection;
  readonly respond: Respond;
}

/** Calls once: with the whole body, or with nothing as soon as it is longer than a query. Never, where it does not end. */
function readBody(request: Http2ServerRequest, done: (body: Buffer | undefined) => void): void {
  const pieces: Buffer[] = [];
  let length = 0;
  request.on("data", (piece: Buffer) => {
    if (length > queryLimit) return;
    length += piece.length;
    if (length <= queryLimit) {
      pieces.push(piece);
      return;
    }
    // Nothing more is read, so the peer stops to send; without a sign of life its connection ends.
    request.pause();
    done(undefined);
  });
  request.on("end", () => {
    if (length <= queryLimit) done(Buffer.concat(pieces));
  });
}

function give(response: Http2ServerResponse, message: Buffer, { connection, respond }: Asker): void {
  // Only a whole query is a sign of life; a request that is refused is none.
  connection.keep();
  const answered = message.length < headerSize ? undefined : respond(message, "https", connection.address);
  if (answered === undefined) {
    refuse(response, unreadable);
  } else if (Buffer.isBuffer(answered)) {
    send(response, answered);
  } else {
    void answered.then((messages) => {
      connection.keep();
      const [first, ...others] = messages;
      if (first === undefined) refuse(response, noAnswer);
      else if (others.length > 0) refuse(response, severalMessages);
      else send(response, first);
    });
  }
}

const noAnswer: Refused = { is: "refused", status: 503, why: "there is no answer at this time" };
const severalMessages: Refused = {
  is: "refused",
  status: 501,
  why: "the answer is longer than one message; ask over TCP",
};

function send(response: Http2ServerResponse, message: Buffer): void {
  if (response.destroyed) return;
  response.writeHead(200, {
    "content-type": mediaType,
    "content-length": message.length,
    "cache-control": `max-age=${freshnessOf(message)}`,
  });
  response.end(message);
}

function refuse(response: Http2ServerResponse, { status, why }: Refused): void {
  if (response.destroyed || response.headersSent) return;
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(status, status === 405 ? { ...headers, allow: "GET, POST" } : headers);
  response.end(`${why}\n`);
}
