import type { IncomingHttpHeaders } from "node:http";
import { ApiError, type Result } from "@ordinal/api";

export type StreamVerb = "exec" | "attach" | "portforward";

/** What client and server will speak. */
export type Protocol =
  | { readonly over: "spdy"; readonly subprotocol: string }
  /** An empty subprotocol is the oldest one, which asks for none by name. */
  | { readonly over: "websocket"; readonly subprotocol: string }
  /** SPDY frames inside the messages of a WebSocket. */
  | { readonly over: "spdy in websocket"; readonly subprotocol: string };

export interface UpgradeRequest {
  readonly verb: StreamVerb;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Source: apimachinery `remotecommand` constants and `portforward.PortForwardV1Name`. */
const tunnel = "SPDY/3.1+portforward.k8s.io";
const commandsOverSpdy = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];
const portsOverSpdy = ["portforward.k8s.io"];
const commandsOverWebSocket = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "channel.k8s.io",
  "base64.channel.k8s.io",
];

/** Picks the first protocol of the client's that is known here, as upstream does; or says why there is none. */
export function negotiate({ verb, method, headers }: UpgradeRequest): Result<Protocol, ApiError> {
  const isPorts = verb === "portforward";
  switch (headers.upgrade?.toLowerCase() ?? "") {
    case "spdy/3.1": {
      const asked = tokens(headers["x-stream-protocol-version"]);
      const known = isPorts ? portsOverSpdy : commandsOverSpdy;
      // A client of the first days names none, and means the oldest.
      const subprotocol = asked.length === 0 ? known.at(-1) : asked.find((each) => known.includes(each));
      return subprotocol === undefined ? noneOf(asked, known) : { ok: true, value: { over: "spdy", subprotocol } };
    }
    case "websocket": {
      const problem = webSocketProblem(method, headers);
      if (problem !== undefined) return { ok: false, error: new ApiError("BadRequest", problem) };
      const asked = tokens(headers["sec-websocket-protocol"]);
      const known = isPorts ? [tunnel] : commandsOverWebSocket;
      const subprotocol = asked.length === 0 && !isPorts ? "" : asked.find((each) => known.includes(each));
      if (subprotocol === undefined) return noneOf(asked, known);
      return { ok: true, value: { over: isPorts ? "spdy in websocket" : "websocket", subprotocol } };
    }
    default:
      return { ok: false, error: new ApiError("BadRequest", "Upgrade request required") };
  }
}

/** What the WebSocket library would refuse; it is asked only after a command was started, which is too late. */
function webSocketProblem(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== "GET") return `a WebSocket is opened with GET, not ${method}`;
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")) return "missing or bad Sec-WebSocket-Key";
  const version = headers["sec-websocket-version"];
  return version === "13" || version === "8" ? undefined : "missing or unknown Sec-WebSocket-Version";
}

/** Node joins repeated headers with commas, and clients may send them joined. */
function tokens(header: string | readonly string[] | undefined): readonly string[] {
  return [header ?? []]
    .flat()
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** Text: apimachinery `httpstream.Handshake`. */
function noneOf(asked: readonly string[], known: readonly string[]): Result<never, ApiError> {
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${asked.join(" ")}], server accepts [${known.join(" ")}]`;
  return { ok: false, error: new ApiError("Forbidden", message) };
}
