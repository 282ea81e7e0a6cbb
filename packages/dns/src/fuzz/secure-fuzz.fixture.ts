import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connectTcp, connectTls } from "../listen/peers.fixture.ts";
import { isAnswered } from "./judge.fixture.ts";
import type { MessageMaker } from "./message-fuzz.fixture.ts";
import { expectThat, judgeAt, SocketProblem } from "./socket-fuzz.fixture.ts";
import type { Target } from "./target.fixture.ts";
import { askInPieces, expectAnswer, silentScenario, type Scenario } from "./tcp-fuzz.fixture.ts";

/** For servers that answer over TLS and over HTTPS. */
export const secureScenarios: readonly Scenario[] = [
  { name: "queries over TLS cut into pieces", run: piecesOverTls },
  { name: "queries over HTTPS", run: requests },
  { name: "octets that are no HTTP, within TLS", run: noHttp },
];

/** For servers that do not bear silence for long; they need one of their own, where others would be taken for silent. */
export const idleScenarios: readonly Scenario[] = [
  silentScenario,
  { name: "octets that are no TLS, or end in the middle of it", run: noTls },
];

async function piecesOverTls(target: Target, maker: MessageMaker): Promise<void> {
  const peer = await expectThat(target, { that: "TLS begins", happens: connectTls(target.tlsPort ?? 0) });
  await askInPieces(target, maker, { transport: "tls", peer });
}

/** Each as a request of its own, of one kind or the other. */
async function requests(target: Target, maker: MessageMaker): Promise<void> {
  const session = connectHttp2(`https://127.0.0.1:${target.httpsPort}`, { rejectUnauthorized: false });
  // What it means shows in the requests that are not answered.
  session.on("error", () => {});
  try {
    for (let left = 60; left > 0; left -= 1) {
      const message = maker.next();
      const isGet = message.length < 5_000 && maker.random.onceIn(2);
      const that = "a request is answered";
      const { status, body } = await expectThat(target, {
        that,
        happens: request(session, message, isGet ? "GET" : "POST"),
      });
      judgeRequest(target, message, { status, body });
    }
  } finally {
    session.destroy();
  }
  await expectAnswer(target);
}

interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

function judgeRequest(target: Target, message: Buffer, { status, body }: HttpAnswer): void {
  const wanted = message.length > 4_096 ? 413 : isAnswered(message) ? 200 : 400;
  if (status !== wanted) throw new SocketProblem(`over https: the code is ${status}, not ${wanted}`, message);
  if (status === 200) judgeAt(target, { message, transport: "https", answer: body });
}

async function request(session: ClientHttp2Session, message: Buffer, method: "GET" | "POST"): Promise<HttpAnswer> {
  const path = method === "GET" ? `/dns-query?dns=${message.toString("base64url")}` : "/dns-query";
  const type = "application/dns-message";
  const headers = {
    ":method": method,
    ":path": path,
    ...(method === "GET" ? { accept: type } : { "content-type": type }),
  };
  const stream = session.request(headers, { endStream: method === "GET" });
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const pieces: Buffer[] = [];
  let status = 0;
  stream.on("response", (answered) => {
    status = Number(answered[":status"]);
    // A body that is too long is not taken to its end.
    if (status !== 200) resolve({ status, body: Buffer.alloc(0) });
  });
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  stream.on("end", () => resolve({ status, body: Buffer.concat(pieces) }));
  stream.on("error", reject);
  stream.on("close", () => reject(new Error("a request is closed without an answer")));
  if (method === "POST") stream.end(message);
  try {
    return await promise;
  } finally {
    if (!stream.closed) stream.close();
  }
}

/** The beginning of a handshake, as far as any of it matters: a record that says that it is one. */
const hello = Buffer.from("16030102000100", "hex");

/** Half of a handshake is borne as long as silence is, and no longer. */
async function noTls(target: Target, { random }: MessageMaker): Promise<void> {
  const ports = [target.tlsPort, target.httpsPort].filter((port) => port !== undefined);
  const closed: Promise<void>[] = [];
  for (const port of ports.flatMap((each) => Array.from({ length: 10 }, () => each))) {
    const peer = await expectThat(target, { that: "a connection is accepted", happens: connectTcp(port) });
    const octets = random.octets(1 + random.below(2_000));
    peer.socket.write(random.onceIn(2) ? octets : Buffer.concat([hello, octets]));
    if (random.onceIn(3)) peer.socket.resetAndDestroy();
    else peer.socket.end();
    closed.push(peer.closed);
  }
  const happens = Promise.all(closed);
  await expectThat(target, { that: "connections without TLS are closed", happens, withinMs: target.idleMs + 20_000 });
  await expectAnswer(target);
}

async function noHttp(target: Target, { random }: MessageMaker): Promise<void> {
  for (const protocol of ["h2", "http/1.1"]) {
    for (let times = 0; times < 5; times += 1) {
      const happens = connectTls(target.httpsPort ?? 0, { ALPNProtocols: [protocol] });
      const peer = await expectThat(target, { that: "TLS begins", happens });
      peer.socket.write(random.onceIn(3) ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" : "POST /dns-query HTTP/1.1\r\n");
      peer.socket.end(random.octets(1 + random.below(2_000)));
      await expectThat(target, { that: "a connection without HTTP is closed when it ends", happens: peer.closed });
    }
  }
  await expectAnswer(target);
}
