/*
 * The program of a dialer: runs inside a pod's network, connects to its localhost, and hands the connected sockets over.
 * It needs nothing but Node itself, so that it runs from whatever view of the file system it has.
 */
import { connect } from "node:net";
import type { Request } from "./dialer.ts";

process.on("message", ({ id, port }: Request) => {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  // What is read here is lost to whoever gets the socket.
  socket.pause();
  socket.once("connect", () => {
    socket.removeAllListeners("error");
    process.send?.({ id }, socket, { keepOpen: false });
  });
  socket.once("error", (error) => process.send?.({ id, error: error.message }));
});
// The daemon is gone, or has no more use for this.
process.on("disconnect", () => process.exit(0));
