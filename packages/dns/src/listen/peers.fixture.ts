import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectSecurely, type ConnectionOptions, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { frame, FrameReader } from "./frames.ts";

/** A message with a header's length at least, as text. */
export function say(text: string): Buffer {
  return Buffer.from(text.padEnd(12));
}

export function textOf(message: Buffer): string {
  return String(message).trimEnd();
}

/** Sends one datagram to 127.0.0.1 and resolves with what comes back; rejects when it is no longer waited for. */
export async function askUdp(
  port: number,
  message: Buffer,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Buffer> {
  const socket = createSocket("udp4");
  try {
    const answered = once(socket, "message", signal === undefined ? {} : { signal });
    socket.send(message, port, "127.0.0.1");
    const [answer] = (await answered) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

/** A connection that collects the messages it gets. */
export interface StreamPeer {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** Resolves with all messages so far once there are this many; rejects when it is closed before. */
  received(count: number): Promise<readonly Buffer[]>;
  send(...messages: readonly Buffer[]): void;
}

export async function connectTcp(port: number, { allowHalfOpen = false } = {}): Promise<StreamPeer> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen });
  const peer = peerOver(socket);
  await once(socket, "connect");
  return peer;
}

export interface SecurePeer extends StreamPeer {
  readonly socket: TLSSocket;
  /** Goes away without a word, in TLS or in TCP. */
  reset(): void;
}

/** Connects without looking at who answers: the certificates of these tests are made by themselves. */
export async function connectTls(port: number, options: ConnectionOptions = {}): Promise<SecurePeer> {
  const below = connect({ host: "127.0.0.1", port });
  const socket = connectSecurely({ socket: below, rejectUnauthorized: false, ...options });
  const peer = peerOver(socket);
  await once(socket, "secureConnect");
  return { ...peer, socket, reset: () => void below.resetAndDestroy() };
}

function peerOver(socket: Socket): StreamPeer {
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  // A peer that is thrown out may see a reset.
  socket.on("error", () => {});
  const frames = new FrameReader(65_535);
  const messages: Buffer[] = [];
  socket.on("data", (piece) => {
    const taken = frames.take(piece);
    if (taken.is === "messages") messages.push(...taken.messages.map((message) => Buffer.from(message)));
  });
  return {
    socket,
    closed,
    async received(count) {
      while (messages.length < count) {
        if (socket.destroyed) throw new Error(`closed after ${messages.length} of ${count} messages`);
        await Promise.race([once(socket, "data"), closed]);
      }
      return messages;
    },
    send: (...all) => void socket.write(Buffer.concat(all.map(frame))),
  };
}

/** A certificate of its own making, as PEM. */
export async function makeCertificate(commonName: string): Promise<{ cert: string; key: string }> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
  try {
    const files = { cert: join(dir, "cert.pem"), key: join(dir, "key.pem") };
    const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const named = ["-subj", `/CN=${commonName}`, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
    await run("openssl", ["req", ...made, ...named, "-keyout", files.key, "-out", files.cert]);
    return { cert: await readFile(files.cert, "utf8"), key: await readFile(files.key, "utf8") };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs a program of the host and resolves with what it wrote; rejects where it fails or is absent. */
export async function run(command: string, args: readonly string[], input = ""): Promise<string> {
  const running = promisify(execFile)(command, args, { encoding: "latin1", timeout: 20_000 });
  // Many programs end without reading what they are given.
  running.child.stdin?.on("error", () => {});
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

/** Whether a program is here. */
export async function has(program: string): Promise<boolean> {
  return await run("sh", ["-c", `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}

/** Skips the test or suite where one of these programs is not here, saying so. */
export async function needs(context: Mocha.Context, ...programs: readonly string[]): Promise<void> {
  for (const program of programs) if (!(await has(program))) skipWithout(context, program);
}

/** Skips the test or suite for want of a program, saying so. */
export function skipWithout(context: Mocha.Context, program: string): never {
  context["skipReason"] = `needs the program ${program}`;
  return context.skip();
}
