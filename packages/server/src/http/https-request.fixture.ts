import { once } from "node:events";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { TestServer } from "./api-server.fixture.ts";

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body?: unknown;
  /** Whether to come without a client certificate. */
  readonly anonymous?: boolean;
}

export interface Reply {
  readonly code: number;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  readonly text: string;
  // What a test expects of an answer is written where it is read.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

/** Asks once, over a connection of its own, and reads the whole answer. */
export async function ask(server: TestServer, options: Ask): Promise<Reply> {
  const response = await open(server, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString("utf8");
  return {
    code: response.statusCode ?? 0,
    headers: response.headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text) as unknown;
    },
  };
}

/** Asks, and gives back the answer as it begins. */
export async function open(server: TestServer, options: Ask): Promise<IncomingMessage> {
  const sent = send(server, options);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

/** Sends a request. */
export function send(
  server: TestServer,
  { method = "GET", path, headers = {}, body, anonymous = false }: Ask,
): ClientRequest {
  const bytes =
    body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body);
  const sent = httpsRequest({
    ...connectOptions(server, anonymous),
    method,
    path,
    agent: false,
    headers: {
      ...(bytes === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(bytes) }),
      ...headers,
    },
  });
  sent.end(bytes);
  return sent;
}

/** Where the server is, and who asks. */
export function connectOptions({ server, credentials }: TestServer, anonymous: boolean): RequestOptions {
  return {
    host: "127.0.0.1",
    port: server.port,
    ca: credentials.ca,
    ...(anonymous ? {} : { cert: credentials.clientCertificate, key: credentials.clientKey }),
  };
}

/** The events of a watch, one by one. */
export async function* eventsOf(response: IncomingMessage): AsyncGenerator<Reply["json"]> {
  let rest = "";
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as unknown;
  }
}
