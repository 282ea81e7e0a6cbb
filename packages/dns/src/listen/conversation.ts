import type { Socket } from "node:net";
import type { Logger } from "@ordinal/runtime";
import type { Respond, Transport } from "../answers/respond.ts";
import { headerSize } from "../wire/constants.ts";
import type { Connection } from "./connections.ts";
import { frame, FrameReader } from "./frames.ts";

export interface ConversationOptions {
  readonly connection: Connection;
  readonly transport: Transport;
  readonly respond: Respond;
  readonly log: Logger;
}

/** Queries of one connection that wait for somebody else's answer, at most; the next ones stay unread meanwhile. */
const pendingLimit = 32;

/**
 * Answers the queries of one stream, any number of them. What is known at once is said at once, also while earlier queries
 * wait for an answer from elsewhere (RFC 7766 §6.2.1.1). A peer that does not read its answers, or that asks more than is
 * under way already, is not read from.
 */
export function converse(socket: Socket, { connection, transport, respond, log }: ConversationOptions): void {
  const frames = new FrameReader();
  /** Queries that were read, but not looked at. */
  const waiting: Buffer[] = [];
  /** Answers that came later, or in several messages, and are to be written. */
  const outgoing: Buffer[] = [];
  let pending = 0;
  let isTaking = true;
  let hasEnded = false;

  /** Stops when the peer has not read what it was sent: 64 kB of queries may ask for 100 MB of answers. */
  function goOn(): void {
    if (socket.destroyed) return;
    socket.cork();
    while (isTaking) {
      const message = outgoing.shift();
      if (message !== undefined) isTaking = socket.write(frame(message));
      else if (waiting.length > 0 && pending < pendingLimit) ask(waiting.shift());
      else break;
    }
    socket.uncork();
    if (!isTaking || waiting.length > 0) socket.pause();
    else socket.resume();
    if (hasEnded && pending + waiting.length + outgoing.length === 0) socket.end();
  }

  function ask(message: Buffer | undefined): void {
    if (message === undefined) return;
    const answer = respond(message, transport, connection.address);
    if (answer === undefined) return;
    if (Buffer.isBuffer(answer)) {
      isTaking = socket.write(frame(answer));
      return;
    }
    pending += 1;
    void answer.then((messages) => {
      pending -= 1;
      for (const each of messages) outgoing.push(each);
      connection.keep();
      goOn();
    });
  }

  socket.setNoDelay(true);
  socket.on("data", (piece) => {
    const taken = frames.take(piece);
    // Whoever sends less than a header has something else in mind.
    if (taken.is === "too long" || taken.messages.some(({ length }) => length < headerSize)) {
      connection.drop();
    } else if (taken.messages.length > 0) {
      connection.keep();
      for (const message of taken.messages) waiting.push(message);
      goOn();
    }
  });
  socket.on("drain", () => {
    isTaking = true;
    connection.keep();
    goOn();
  });
  socket.on("end", () => {
    hasEnded = true;
    goOn();
  });
  socket.on("error", (error) => log.debug("a connection failed", { transport, error: error.message }));
}
