import { once } from "node:events";
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { createFakeClock, createStopStack, nodeHttp, silentLogger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { eventually } from "../api.fixture.ts";
import { query, read } from "../message.fixture.ts";
import { answerAddress, createLater, denial } from "./answers.fixture.ts";
import { createConnections } from "./connections.ts";
import { listenHttps } from "./https.ts";
import { connectTcp, connectTls, needs, makeCertificate, run } from "./peers.fixture.ts";
import type { SecureListener, SecureListenerOptions } from "./secure.ts";

const question = query("web.example", "A", { id: 0 });
const type = "application/dns-message";

interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request over a session that is open. */
async function send(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<HttpAnswer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>();
  stream.on("response", resolve);
  stream.on("error", reject);
  stream.on("close", () => reject(new Error("closed")));
  const answered = await promise;
  const pieces = await stream.toArray();
  return { status: Number(answered[":status"]), headers: answered, body: Buffer.concat(pieces as Buffer[]) };
}

const get = (message: Buffer): Record<string, string> => ({
  ":path": `/dns-query?dns=${message.toString("base64url")}`,
  accept: type,
});
const post = { ":method": "POST", ":path": "/dns-query", "content-type": type };

describe("DNS over HTTPS", () => {
  let made: { cert: string; key: string };
  let parts: StopStack;
  before(async function () {
    await needs(this, "openssl");
    made = await makeCertificate("first");
  });
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  const clock = createFakeClock();
  async function start(options: Partial<SecureListenerOptions> = {}): Promise<SecureListener & { port: number }> {
    const listen = [{ host: "127.0.0.1", port: 0 }];
    const standard = { listen, respond: answerAddress, clock, log: silentLogger, ...made };
    const server = parts.add(await listenHttps({ ...standard, ...options }));
    return { ...server, port: server.addresses[0]?.port ?? 0 };
  }

  function open(port: number): ClientHttp2Session {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on("error", () => {});
    parts.add({
      stop: async () => session.destroy(),
    });
    return session;
  }

  it("D54 answers GET and POST, to be kept as long as the answer says", async () => {
    const told: string[] = [];
    const respond: Respond = (message, transport, address) => {
      told.push(`${transport} ${address}`);
      return answerAddress(message, transport, address);
    };
    const { port } = await start({ respond });
    const session = open(port);
    for (const answer of [await send(session, get(question)), await send(session, post, question)]) {
      expect(answer.status).to.equal(200);
      expect(answer.headers).to.include({ "content-type": type, "cache-control": "max-age=5" });
      expect(read(answer.body).answer).to.deep.equal(["web.example. 5 A 127.0.0.7"]);
    }
    expect(told).to.deep.equal(["https 127.0.0.1", "https 127.0.0.1"]);
  });

  it("D54 lets a miss be kept as long as the SOA says, a failure not at all", async () => {
    const respond: Respond = (message) => {
      const answer = denial(message);
      if (message[0] === 1) answer[3] = 0x82;
      return answer;
    };
    const { port } = await start({ respond });
    const session = open(port);
    const miss = await send(session, get(question));
    expect([miss.status, miss.headers["cache-control"]]).to.deep.equal([200, "max-age=7"]);
    const failure = await send(session, get(query("web.example", "A", { id: 0x100 })));
    expect([failure.status, failure.headers["cache-control"]]).to.deep.equal([200, "max-age=0"]);
  });

  it("D54 answers kdig by GET and by POST", async function () {
    await needs(this, "kdig");
    const { port } = await start();
    for (const method of ["+https", "+https-get"]) {
      const args = [method, "@127.0.0.1", "-p", String(port), "web.example", "A"];
      const said = await run("kdig", method === "+https" ? args : ["+https", ...args]);
      expect(said, method).to.match(/^web\.example\.\s+5\s+IN\s+A\s+127\.0\.0\.7$/m);
    }
  });

  it("D54 answers curl, which resolves names by it, over HTTP/2 and 1.1", async function () {
    await needs(this, "curl");
    const { port } = await start();
    const url = `https://127.0.0.1:${port}/dns-query?dns=${question.toString("base64url")}`;
    for (const version of ["--http2", "--http1.1"]) {
      const said = await run("curl", [
        "-sk",
        version,
        "-w",
        "%{http_code} %{http_version} %{content_type}",
        "-o",
        "/dev/null",
        url,
      ]);
      expect(said).to.equal(`200 ${version === "--http2" ? "2" : "1.1"} ${type}`);
    }
    const web = nodeHttp().createServer((request, response) => response.end(`this is ${request.headers.host}`));
    web.listen(0, "127.0.0.7");
    await once(web, "listening");
    parts.add({ stop: async () => void web.close() });
    const at = `web.example:${(web.address() as AddressInfo).port}`;
    const by = ["-s", "--doh-insecure", "--doh-url", `https://127.0.0.1:${port}/dns-query`];
    expect(await run("curl", [...by, `http://${at}/`])).to.equal(`this is ${at}`);
  });

  it("D54 says in HTTP's terms what is wrong", async () => {
    const { port } = await start();
    const session = open(port);
    const statusOf = async (headers: Readonly<Record<string, string>>, body?: Buffer): Promise<number> =>
      (await send(session, headers, body)).status;
    expect(await statusOf({ ":path": "/" })).to.equal(404);
    expect(await statusOf({ ":path": "/dns-query" })).to.equal(400);
    expect(await statusOf(get(question.subarray(0, 11))), "less than a header").to.equal(400);
    expect(await statusOf({ ...post, ":method": "PUT" }, question)).to.equal(405);
    expect(await statusOf({ ...post, "content-type": "text/plain" }, question)).to.equal(415);
    expect(await statusOf(post, Buffer.alloc(4_097)), "too long, not announced").to.equal(413);
    expect(await statusOf({ ...post, "content-length": "4097" }, Buffer.alloc(4_097))).to.equal(413);
    expect(await statusOf(post, Buffer.alloc(0)), "empty").to.equal(400);
    expect((await send(session, { ":path": "/", ":method": "OPTIONS" })).headers).to.not.have.property(
      "access-control-allow-origin",
    );
    expect(await statusOf(get(question)), "afterwards").to.equal(200);
  });

  it("D54 answers what comes later, but nothing that is longer than one message", async () => {
    const later = createLater();
    const respond: Respond = (message, transport, address) =>
      message[0] === 0 ? answerAddress(message, transport, address) : later.respond(message, transport, address);
    const { port } = await start({ respond });
    const session = open(port);
    const waiting = ["none waits..", "one waits...", "many waits.."].map((text) =>
      send(session, get(Buffer.from(text))),
    );
    expect((await send(session, get(question))).status, "meanwhile").to.equal(200);
    await eventually(() => expect(later.asked()).to.equal(3));
    later.answer("none waits..", []);
    later.answer("one waits...", [question]);
    later.answer("many waits..", [question, question]);
    expect((await Promise.all(waiting)).map(({ status }) => status)).to.deep.equal([503, 200, 501]);
  });

  it("takes over a renewed certificate", async () => {
    const server = await start();
    await server.reload(await makeCertificate("second"));
    const peer = await connectTls(server.port, { ALPNProtocols: ["h2"] });
    expect(peer.socket.getPeerCertificate().subject.CN).to.equal("second");
    peer.socket.destroy();
  });

  it("closes connections without a whole request for 10 s, in every state", async () => {
    const idle = createFakeClock();
    const connections = createConnections({ clock: idle });
    const { port } = await start({ clock: idle, connections });
    const session = open(port);
    expect((await send(session, get(question))).status).to.equal(200);
    const slowHeaders = await connectTls(port, { ALPNProtocols: ["http/1.1"] });
    slowHeaders.socket.write("GET /dns-query?dns=");
    const slowBody = await connectTls(port, { ALPNProtocols: ["http/1.1"] });
    slowBody.socket.write(
      `POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 40\r\n\r\nab`,
    );
    const noHandshake = await connectTcp(port);
    await eventually(() => expect(connections.size).to.equal(4));
    const ended = new Promise((resolve) => session.once("close", resolve));
    await idle.advance(9_000);
    slowHeaders.socket.write("A");
    slowBody.socket.write("c");
    await idle.advance(1_000);
    await Promise.all([ended, slowHeaders.closed, slowBody.closed, noHandshake.closed]);
    await eventually(() => expect(connections.size).to.equal(0));
  });

  it("has a bounded number of queries under way on one connection", async () => {
    const later = createLater();
    const { port } = await start({ respond: later.respond });
    const session = open(port);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    expect(session.remoteSettings.maxConcurrentStreams).to.equal(100);
    const texts = Array.from({ length: 120 }, (_, index) => `query ${index} waits`);
    const answers = texts.map((text) => send(session, get(Buffer.from(text))));
    await eventually(() => expect(later.asked()).to.equal(100));
    for (const text of texts) {
      await eventually(() => later.answer(text, [question]));
    }
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).to.equal(true);
  });

  it("is not disturbed by peers that go away in the middle", async () => {
    const later = createLater();
    const connections = createConnections({ clock });
    const { port } = await start({ respond: later.respond, connections });
    const gone = open(port);
    const asking = send(gone, get(Buffer.from("asks and goes"))).catch(String);
    await eventually(() => expect(later.asked()).to.equal(1));
    gone.destroy();
    expect(await asking).to.be.a("string");
    const plain = await connectTls(port, { ALPNProtocols: ["http/1.1"] });
    plain.socket.write(`POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 40\r\n\r\nab`);
    plain.reset();
    const raw = await connectTls(port, { ALPNProtocols: ["h2"] });
    raw.socket.write(Buffer.alloc(100, 0xff));
    await raw.closed;
    await eventually(() => expect(connections.size).to.equal(0));
    later.answer("asks and goes", [question]);
  });
});
