import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Stoppable } from "@ordinal/runtime";
import { frame, FrameReader } from "../listen/frames.ts";
import { shorts, wire } from "../message.fixture.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import type { UpstreamAddress } from "./upstream-address.ts";

/** A query as an upstream got it. */
export interface GotQuery {
  readonly message: Buffer;
  /** As it was spelt, with a closing dot. */
  readonly name: string;
  readonly type: number;
  readonly protocol: "udp" | "tcp";
  /** Port it came from. */
  readonly from: number;
  /** Sends an answer of any shape, any number of times. */
  reply(answer: Buffer): void;
  /** Ends the connection it came on. */
  hangUp(): void;
}

/** A small upstream on 127.0.0.1 that does what the test says. */
export interface TestUpstream extends Stoppable {
  readonly address: UpstreamAddress;
  /** All queries so far but health probes and probes for loops. */
  readonly queries: readonly GotQuery[];
  /** Resolves once so many queries have come. */
  asked(count: number): Promise<readonly GotQuery[]>;
  /** Connections opened so far. */
  connections(): number;
  /** Resolves when all connections are closed. */
  disconnected(): Promise<void>;
  /** What to do with queries from now on. */
  handle: (query: GotQuery) => void;
  /** What to do with health probes and probes for loops from now on. */
  handleProbes(handle: (query: GotQuery) => void): void;
}

/** Starts one. Health probes and probes for loops are answered REFUSED while `isSilent` is false. */
export async function startUpstream(
  handle: (query: GotQuery) => void,
  { port = 0, isSilent = false, withTcp = true } = {},
): Promise<TestUpstream> {
  const waiting: { readonly count: number; readonly met: () => void }[] = [];
  const queries: GotQuery[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let isStopped = false;
  let handleProbe = (query: GotQuery): void => {
    if (!isSilent) query.reply(answerTo(query, { rcode: 5 }));
  };

  function got(query: GotQuery): void {
    if (query.type === 13 || (query.type === 2 && query.name === ".")) {
      handleProbe(query);
      return;
    }
    queries.push(query);
    upstream.handle(query);
    for (const { count, met } of waiting) if (queries.length >= count) met();
  }

  const tcp = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    const frames = new FrameReader(65_535);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (piece) => {
      const taken = frames.take(piece);
      for (const message of taken.is === "messages" ? taken.messages : []) {
        got({
          ...questionOf(message),
          protocol: "tcp",
          from: socket.remotePort ?? 0,
          reply: (answer) => void socket.write(frame(answer)),
          hangUp: () => socket.destroy(),
        });
      }
    });
  });
  const udp = createSocket("udp4");
  udp.on("message", (message, from: RemoteInfo) =>
    got({
      ...questionOf(message),
      protocol: "udp",
      from: from.port,
      reply: (answer) => udp.send(answer, from.port, from.address),
      hangUp: () => {},
    }),
  );
  const bound = await bindBoth({ tcp, udp }, port);
  if (!withTcp) tcp.close();
  const upstream: TestUpstream = {
    address: { host: "127.0.0.1", port: bound },
    queries,
    handle,
    handleProbes(next) {
      handleProbe = next;
    },
    connections: () => connections,
    async asked(count) {
      if (queries.length < count) await new Promise<void>((met) => waiting.push({ count, met }));
      return queries;
    },
    async disconnected() {
      await Promise.all([...sockets].map((socket) => once(socket, "close")));
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => udp.close(resolve));
      if (tcp.listening) await new Promise<void>((resolve) => void tcp.close(() => resolve()));
    },
  };
  return upstream;
}

async function bindBoth(
  { tcp, udp }: { tcp: ReturnType<typeof createServer>; udp: ReturnType<typeof createSocket> },
  port: number,
): Promise<number> {
  for (;;) {
    tcp.listen(port, "127.0.0.1");
    await once(tcp, "listening");
    const drawn = (tcp.address() as AddressInfo).port;
    udp.bind(drawn, "127.0.0.1");
    try {
      await once(udp, "listening");
      return drawn;
    } catch (error) {
      if (port !== 0) throw error;
      await new Promise<void>((resolve) => void tcp.close(() => resolve()));
    }
  }
}

function questionOf(message: Buffer): Pick<GotQuery, "message" | "name" | "type"> {
  let at = 12;
  const labels: string[] = [];
  for (let length = byteAt(message, at); length !== 0; length = byteAt(message, at)) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { message, name: `${labels.join(".")}.`, type: shortAt(message, at + 1) };
}

export interface ReplyOptions {
  readonly rcode?: number;
  /** Truncated. */
  readonly isCut?: boolean;
  readonly answer?: readonly Buffer[];
  readonly authority?: readonly Buffer[];
  readonly additional?: readonly Buffer[];
  /** Other octets in place of the question's. */
  readonly question?: Buffer;
  readonly id?: number;
  /** Without an OPT record, as a server that does not know EDNS. */
  readonly isPlain?: boolean;
}

/** A message that answers a query, as a resolver with EDNS sends it. */
export function answerTo({ message, name }: Pick<GotQuery, "message" | "name">, options: ReplyOptions): Buffer {
  const { rcode = 0, isCut = false, answer = [], authority = [], additional = [], isPlain = false } = options;
  const end = 12 + wire(name).length + 4;
  const question = options.question ?? message.subarray(12, end);
  const extras = isPlain ? additional : [...additional, optRecord];
  const flags = 0x8180 | (isCut ? 0x0200 : 0) | rcode;
  const counts = shorts(1, answer.length, authority.length, extras.length);
  const header = [shorts(options.id ?? shortAt(message, 0), flags), counts];
  return Buffer.concat([...header, question, ...answer, ...authority, ...extras]);
}

/** OPT: takes 1232 octets. */
export const optRecord: Buffer = Buffer.concat([Buffer.from([0]), shorts(41, 1232, 0, 0, 0)]);

/** A record; its owner is a dotted name, or octets as they are. */
export function record(
  owner: string | Buffer,
  type: number,
  { ttl = 300, data = Buffer.alloc(0) }: { ttl?: number; data?: Buffer } = {},
): Buffer {
  const fixed = shorts(type, 1, ttl >>> 16, ttl & 0xffff, data.length);
  return Buffer.concat([typeof owner === "string" ? wire(owner) : owner, fixed, data]);
}

/** An A record. */
export function address(owner: string | Buffer, ip: string, ttl = 300): Buffer {
  return record(owner, 1, { ttl, data: Buffer.from(ip.split(".").map(Number)) });
}

export function alias(owner: string | Buffer, target: string, ttl = 300): Buffer {
  return record(owner, 5, { ttl, data: wire(target) });
}

/** An SOA whose names are `ns.<zone>` and `admin.<zone>`. */
export function soa(zone: string, { ttl = 900, minimum = 60 } = {}): Buffer {
  const names = [wire(`ns.${zone}`), wire(`admin.${zone}`)];
  return record(zone, 6, { ttl, data: Buffer.concat([...names, shorts(0, 1, 0, 2, 0, 3, 0, 4, 0, minimum)]) });
}

/** Points at the question's name. */
export const questionPointer: Buffer = shorts(0xc00c);

/** Answers every question for an address with this one. */
export function always(ip: string, ttl = 300): (query: GotQuery) => void {
  return (query) => query.reply(answerTo(query, { answer: [address(questionPointer, ip, ttl)] }));
}
