import { createSocket } from "node:dgram";

/** The least a Node process can do with a datagram: send it back, marked as an answer. */
const socket = createSocket("udp4");
socket.on("message", (message, { port, address }) => {
  message[2] = (message[2] ?? 0) | 0x80;
  socket.send(message, port, address);
});
socket.bind(Number(process.argv[2]), "127.0.0.1");
