import { connect } from "node:net";
import type { Clock } from "@ordinal/runtime";
import { frame, FrameReader } from "../listen/frames.ts";
import { shortAt } from "../wire/bytes.ts";
import { headerSize, tcpLimit } from "../wire/constants.ts";
import type { Exchanged } from "./exchange.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import { drawId, judge } from "./upstream-query.ts";

/** What came of asking on a connection; `closed` where it went away before anything was said to the query. */
type Told = Exchanged | { readonly is: "closed"; readonly reason: string };

/** A connection to an upstream: many queries at once, answered in any order (RFC 7766 §6.2.1.1). */
export interface TcpConnection {
  /** Whether more may be asked on it. */
  isOpen(): boolean;
  ask(query: Buffer, timeoutMs: number): Promise<Told>;
  close(): void;
}

interface Waiting {
  readonly query: Buffer;
  readonly end: (told: Told) => void;
}

/** So many at once, though there are more ids. */
const maxWaiting = 4_096;

export interface TcpConnectionOptions {
  readonly clock: Clock;
  readonly idleMs: number;
  /** Told once, when the connection is gone. */
  readonly onGone: () => void;
}

/** Opens one, and closes it when nothing was asked for `idleMs`, or when it has kept a query waiting in vain. */
export function openTcpConnection(to: UpstreamAddress, { clock, idleMs, onGone }: TcpConnectionOptions): TcpConnection {
  const waiting = new Map<number, Waiting>();
  const frames = new FrameReader(tcpLimit);
  const socket = connect(to);
  let isOpen = true;
  let cancelIdle: (() => void) | undefined;
  socket.setNoDelay(true);
  socket.on("data", (piece) => {
    const taken = frames.take(piece);
    for (const message of taken.is === "messages" ? taken.messages : []) take(message);
  });
  socket.on("error", (error) => close(error.message));
  socket.on("end", () => close("the connection was closed"));
  socket.once("close", () => {
    close("the connection was closed");
    onGone();
  });

  function take(message: Buffer): void {
    // What nobody waits for any more is passed over.
    const asked = message.length < headerSize ? undefined : waiting.get(shortAt(message, 0));
    if (asked === undefined) return;
    // The connection is the proof, so an answer that is spelt differently is one.
    if (judge(message, asked.query) === "foreign") asked.end({ is: "failed", reason: "answered another question" });
    // A copy, so that one answer does not hold all that came with it.
    else asked.end({ is: "answered", message: Buffer.from(message) });
  }

  function ask(query: Buffer, timeoutMs: number): Promise<Told> {
    const { promise, resolve } = Promise.withResolvers<Told>();
    while (waiting.has(shortAt(query, 0))) drawId(query);
    const id = shortAt(query, 0);
    const cancel = clock.after(timeoutMs, () => {
      // Perhaps the other end is gone without a word: the next query had better find out on another connection.
      isOpen = false;
      asked.end({ is: "failed", reason: `no answer for ${timeoutMs} ms` });
    });
    const asked: Waiting = {
      query,
      end(told) {
        cancel();
        waiting.delete(id);
        rest();
        resolve(told);
      },
    };
    cancelIdle?.();
    waiting.set(id, asked);
    socket.write(frame(query));
    return promise;
  }

  /** With nothing to wait for, the connection is kept for a while, or ended where it is of no use. */
  function rest(): void {
    if (waiting.size > 0) return;
    cancelIdle?.();
    if (isOpen) cancelIdle = clock.after(idleMs, () => close("idle"));
    else socket.destroy();
  }

  function close(reason: string): void {
    isOpen = false;
    cancelIdle?.();
    socket.destroy();
    for (const { end } of waiting.values()) end({ is: "closed", reason });
  }

  return { ask, close: () => close("stopped"), isOpen: () => isOpen && waiting.size < maxWaiting };
}
