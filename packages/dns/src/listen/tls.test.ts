import { createFakeClock, createStopStack, silentLogger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { eventually } from "../api.fixture.ts";
import { answerAddress } from "./answers.fixture.ts";
import { createConnections } from "./connections.ts";
import { connectTcp, connectTls, needs, makeCertificate, run, say, textOf } from "./peers.fixture.ts";
import type { SecureListener, SecureListenerOptions } from "./secure.ts";
import { listenTls } from "./tls.ts";

const echo: Respond = (message) => message;

describe("DNS over TLS", () => {
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
    const server = await listenTls({ listen, respond: echo, clock, log: silentLogger, ...made, ...options });
    parts.add(server);
    return { ...server, port: server.addresses[0]?.port ?? 0 };
  }

  it("D54 answers any number of queries on one connection, as over TCP", async () => {
    const told = new Set<string>();
    const respond: Respond = (message, transport, address) => {
      told.add(`${transport} ${address}`);
      return message;
    };
    const { port } = await start({ respond });
    const peer = await connectTls(port, { ALPNProtocols: ["dot"] });
    const texts = Array.from({ length: 300 }, (_, index) => `query ${index}`);
    peer.send(...texts.map(say));
    expect((await peer.received(300)).map(textOf)).to.deep.equal(texts);
    expect([...told]).to.deep.equal(["tls 127.0.0.1"]);
    peer.socket.destroy();
  });

  it("D54 answers what was asked before the peer said it is done", async () => {
    const { port } = await start();
    const peer = await connectTls(port);
    peer.send(say("last words"));
    peer.socket.end();
    expect((await peer.received(1)).map(textOf)).to.deep.equal(["last words"]);
    await peer.closed;
  });

  it("D54 answers kdig +tls", async function () {
    await needs(this, "kdig");
    const { port } = await start({ respond: answerAddress });
    const args = ["+tls", "+keepopen", "@127.0.0.1", "-p", String(port)];
    const said = await run("kdig", [...args, "web.example", "A", "other.example", "A"]);
    expect(said.match(/^\S+\s+5\s+IN\s+A\s+127\.0\.0\.7$/gm)).to.have.length(2);
    expect(said).to.contain("TLS session (TLS1.3)");
  });

  it("D54 speaks the protocol `dot`, TLS 1.3 and 1.2, and nothing older or other", async () => {
    const { port } = await start();
    const to = ["s_client", "-connect", `127.0.0.1:${port}`];
    expect(await run("openssl", [...to, "-alpn", "dot"])).to.match(
      /ALPN protocol: dot[^]*TLSv1\.3|TLSv1\.3[^]*ALPN protocol: dot/,
    );
    expect(await run("openssl", [...to, "-tls1_2"])).to.contain("TLSv1.2");
    const fails = async (...args: readonly string[]): Promise<string> =>
      await run("openssl", [...to, ...args]).catch(String);
    expect(await fails("-tls1_1", "-cipher", "ALL@SECLEVEL=0")).to.match(
      /alert protocol version|no protocols available/,
    );
    expect(await fails("-alpn", "h2")).to.contain("no application protocol");
  });

  it("D54 resumes sessions", async () => {
    const { port } = await start();
    const said = await run("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-reconnect"]);
    expect(said.match(/^Reused, TLSv1\.2/gm)).to.have.length(5);
  });

  it("D54 takes over a renewed certificate, and keeps the old one where the new one cannot be used", async () => {
    const server = await start();
    const subjectSeen = async (): Promise<string> =>
      /subject=.*/.exec(await run("openssl", ["s_client", "-connect", `127.0.0.1:${server.port}`]))?.[0] ?? "";
    const open = await connectTls(server.port);
    expect(await subjectSeen()).to.contain("first");
    const renewed = await makeCertificate("second");
    await server.reload(renewed);
    expect(await subjectSeen()).to.contain("second");
    const failure = await server.reload({ cert: made.cert, key: renewed.key }).catch((error: unknown) => error);
    expect(String(failure)).to.match(/the certificate for DNS cannot be used: .*mismatch/);
    expect(await subjectSeen()).to.contain("second");
    open.send(say("still here"));
    expect((await open.received(1)).map(textOf)).to.deep.equal(["still here"]);
    open.socket.destroy();
  });

  it("says what is wrong with a certificate or an address", async () => {
    const failure = await start({ cert: "nonsense" }).catch((error: unknown) => error);
    expect(String(failure)).to.contain("the certificate for DNS cannot be used");
    const { port } = await start();
    const busy = await start({ listen: [{ host: "127.0.0.1", port }] }).catch((error: unknown) => error);
    expect(String(busy)).to.contain(`DNS over TLS cannot listen on 127.0.0.1:${port}: another program answers there`);
  });

  it("closes connections that do not come to a handshake within 10 s, or not to a query", async () => {
    const idle = createFakeClock();
    const connections = createConnections({ clock: idle });
    const { port } = await start({ clock: idle, connections });
    const silent = await connectTcp(port);
    const slow = await connectTcp(port);
    const handshaken = await connectTls(port);
    for (const octet of [0x16, 3, 1]) slow.socket.write(Buffer.from([octet]));
    await eventually(() => expect(connections.size).to.equal(3));
    await idle.advance(10_000);
    await Promise.all([silent, slow, handshaken].map(({ closed }) => closed));
    await eventually(() => expect(connections.size).to.equal(0));
  });

  it("counts a connection from its first packet on", async () => {
    const connections = createConnections({ clock, maxConnections: 2 });
    const { port } = await start({ connections });
    const first = await connectTcp(port);
    await connectTcp(port);
    const third = await connectTls(port);
    await first.closed;
    third.send(say("answered"));
    await third.received(1);
    third.socket.destroy();
    await eventually(() => expect(connections.size).to.equal(1));
  });

  it("is not disturbed by what is no TLS, nor by resets during the handshake", async () => {
    const connections = createConnections({ clock });
    const { port } = await start({ connections });
    const rude = await connectTcp(port);
    rude.socket.write("GET / HTTP/1.1\r\n\r\n");
    await rude.closed;
    const gone = await connectTcp(port);
    gone.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    gone.socket.resetAndDestroy();
    const peer = await connectTls(port);
    peer.reset();
    await eventually(() => expect(connections.size).to.equal(0));
  });
});
