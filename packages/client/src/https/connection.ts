import { Agent, request } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { createSecureContext } from "node:tls";
import { ApiError } from "@ordinal/api";
import { describeError, hasCode, type Clock, type Stoppable } from "@ordinal/runtime";
import { errorOf, warningsOf } from "./answer.ts";
import { authorization } from "./authorization.ts";
import type { ClusterAccess } from "./cluster-access.ts";

export interface ConnectionOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query, after the server's own path. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; `application/json` by default. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** HTTP/1.1 over kept TLS connections. Every failure is an ApiError; no answer at all is ServiceUnavailable. */
export interface Connection extends Stoppable {
  /** Sends and reads the whole answer, within the time limit. */
  ask(call: Call): Promise<Answer>;
  /** Sends and returns the answer as it begins; only its beginning is under the time limit. */
  open(call: Call): Promise<IncomingMessage>;
}

/** After this much silence the kernel asks the other side every second, and gives it up after ten tries. */
const keepAliveMs = 10_000;

/** Nothing is sent before the first call. */
export function createConnection(options: ConnectionOptions): Connection {
  const { access, clock, requestTimeoutMs, userAgent } = options;
  const base = new URL(access.server);
  const address = { host: base.hostname.replace(/^\[(.*)\]$/, "$1"), port: base.port === "" ? 443 : base.port };
  const agent = createAgent(access);
  const ending = new AbortController();

  /** Runs `work` under the time limit; `settle` lifts the limit early. */
  async function within<T>(call: Call, work: (signal: AbortSignal, settle: () => void) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const settle = clock.after(requestTimeoutMs, () =>
      late.abort(new Error(`no answer within ${requestTimeoutMs} ms`)),
    );
    const signals = [late.signal, ending.signal, ...(call.signal === undefined ? [] : [call.signal])];
    try {
      return await work(AbortSignal.any(signals), settle);
    } catch (error) {
      throw error instanceof ApiError ? error : unavailable(late.signal.aborted ? late.signal.reason : error);
    } finally {
      settle();
    }
  }

  function unavailable(cause: unknown): ApiError {
    return new ApiError("ServiceUnavailable", `${access.server} did not answer: ${describeError(cause)}`, { cause });
  }

  async function send(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers = {
      accept: "application/json",
      "user-agent": userAgent,
      ...(await authorization(access.credentials)),
      // Node leaves the length out of a DELETE, and then the server does not see the body.
      ...(body === undefined
        ? {}
        : { "content-type": call.contentType ?? "application/json", "content-length": body.length }),
    };
    const { method } = call;
    const path = `${base.pathname.replace(/\/$/, "")}${call.path}`;
    for (;;) {
      const sent = request({ ...address, agent, method, path, headers, signal });
      try {
        const response = await answerTo(sent, body);
        if (isSuccess(response)) return response;
        throw errorOf({ code: response.statusCode ?? 0, body: (await readAll(response)).toString("utf8") });
      } catch (error) {
        // A kept connection may have been closed by the server just now; reading again over a fresh one is safe.
        const isStale = sent.reusedSocket && hasCode(error, "ECONNRESET", "EPIPE");
        if (!isStale || call.method !== "GET") throw error;
      }
    }
  }

  return {
    ask: async (call) =>
      await within(call, async (signal) => {
        const response = await send(call, signal);
        const text = (await readAll(response)).toString("utf8");
        const warnings = warningsOf(response.headersDistinct["warning"] ?? []);
        return { body: text === "" ? undefined : JSON.parse(text), warnings };
      }),
    open: async (call) =>
      await within(call, async (signal, settle) => {
        const response = await send(call, signal);
        settle();
        return response;
      }),
    async stop() {
      ending.abort(new Error("the client was stopped"));
      agent.destroy();
    },
  };
}

/** One TLS context for all connections: making it is the expensive part, in time and in memory. */
function createAgent({ ca, credentials, insecureSkipTlsVerify, tlsServerName }: ClusterAccess): Agent {
  const secureContext = createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(credentials.by === "certificate" ? { cert: credentials.certificate, key: credentials.key } : {}),
  });
  return new Agent({
    keepAlive: true,
    maxFreeSockets: 4,
    secureContext,
    rejectUnauthorized: insecureSkipTlsVerify !== true,
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  });
}

async function answerTo(sent: ClientRequest, body: Buffer | undefined): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    sent.once("response", resolve);
    sent.on("error", reject);
    sent.once("socket", (socket) => socket.setKeepAlive(true, keepAliveMs));
    sent.end(body);
  });
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}
