import type { Duplex } from "node:stream";

export interface SpdyUpgrade {
  readonly socket: Duplex;
  /** What came after the request. */
  readonly head: Buffer;
  readonly subprotocol: string;
}

/** Answers the request with 101; the socket carries SPDY frames from here on. Source: apimachinery `spdy/upgrade.go`. */
export function acceptSpdy({ socket, head, subprotocol }: SpdyUpgrade): Duplex {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Connection: Upgrade",
    "Upgrade: SPDY/3.1",
    `X-Stream-Protocol-Version: ${subprotocol}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return socket;
}
