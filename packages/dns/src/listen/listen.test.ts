import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createFakeClock, createStopStack, silentLogger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { listenBoth, show } from "./listen.ts";
import { eventually } from "../api.fixture.ts";
import { askUdp, connectTcp } from "./peers.fixture.ts";
import { listenTcp } from "./tcp.ts";

const echo = (message: Buffer): Buffer => message;
const anywhere = { host: "127.0.0.1", port: 0 };

describe("listening", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  const clock = createFakeClock();
  const both = { respond: echo, clock, log: silentLogger };

  it("answers over UDP and TCP at the same port, drawn when it is 0", async () => {
    const { address } = parts.add(await listenBoth(anywhere, both));
    expect(address.port).to.be.above(0);
    expect(String(await askUdp(address.port, Buffer.from("datagram")))).to.equal("datagram");
    const peer = await connectTcp(address.port);
    peer.send(Buffer.from("stream"));
    expect((await peer.received(1)).map(String)).to.deep.equal(["stream"]);
  });

  it("says which address is busy", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const failure = await listenBoth({ host: "127.0.0.1", port }, both).catch((error: unknown) => error);
    expect(String(failure)).to.contain(`DNS cannot listen on 127.0.0.1:${port}: another program answers there`);
    other.close();
  });

  it("says which address this machine does not have", async () => {
    const failure = await listenBoth({ host: "203.0.113.1", port: 0 }, both).catch((error: unknown) => error);
    expect(String(failure)).to.contain("DNS cannot listen on 203.0.113.1:0: this machine does not have that address");
  });

  it("can be stopped with connections open, and the port is free again", async () => {
    const first = await listenBoth(anywhere, both);
    const peer = await connectTcp(first.address.port);
    await first.stop();
    await peer.closed;
    parts.add(await listenBoth(first.address, both));
  });

  it("writes IPv6 addresses in brackets", () => {
    expect(show({ host: "::1", port: 53 })).to.equal("[::1]:53");
  });

  describe("over TCP", () => {
    it("D34 answers any number of queries on one connection, in order, however they are cut", async () => {
      const { port } = parts.add(await listenTcp(anywhere, { respond: echo, clock, log: silentLogger }));
      const peer = await connectTcp(port);
      const texts = Array.from({ length: 500 }, (_, index) => `query ${index}`);
      peer.send(...texts.slice(0, 300).map((text) => Buffer.from(text)));
      for (const text of texts.slice(300)) {
        peer.socket.write(Buffer.from([0]));
        peer.socket.write(Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]));
      }
      expect((await peer.received(500)).map(String)).to.deep.equal(texts);
    });

    it("closes a connection that had no whole query for 10 s, however many octets drip in", async () => {
      const idle = createFakeClock();
      const { port } = parts.add(await listenTcp(anywhere, { respond: echo, clock: idle, log: silentLogger }));
      const peer = await connectTcp(port);
      peer.send(Buffer.from("alive"));
      await peer.received(1);
      await idle.advance(9_000);
      peer.send(Buffer.from("still alive"));
      await peer.received(2);
      await idle.advance(9_000);
      peer.socket.write(Buffer.from([0]));
      expect(peer.socket.destroyed).to.equal(false);
      await idle.advance(1_000);
      await peer.closed;
    });

    it("answers a piece full of queries for long answers no faster than they are read", async () => {
      let asked = 0;
      const respond = (): Buffer => {
        asked += 1;
        return Buffer.alloc(60_000);
      };
      const { port } = parts.add(await listenTcp(anywhere, { respond, clock, log: silentLogger }));
      const peer = await connectTcp(port);
      peer.socket.pause();
      peer.send(...Array.from({ length: 1_500 }, () => Buffer.from("question")));
      await eventually(() => expect(asked).to.be.above(0));
      expect(asked).to.be.below(200);
      peer.socket.resume();
      expect(await peer.received(1_500)).to.have.length(1_500);
    });

    it("makes room for a new connection by closing the one that was silent longest", async () => {
      const options = { respond: echo, clock, log: silentLogger, maxConnections: 2 };
      const { port } = parts.add(await listenTcp(anywhere, options));
      const [first, second] = [await connectTcp(port), await connectTcp(port)];
      first.send(Buffer.from("a"));
      await first.received(1);
      const third = await connectTcp(port);
      await second.closed;
      for (const peer of [first, third]) {
        peer.send(Buffer.from("b"));
        await peer.received(1);
      }
    });

    it("D46 closes a connection that announces more than a query", async () => {
      const { port } = parts.add(await listenTcp(anywhere, { respond: echo, clock, log: silentLogger }));
      const peer = await connectTcp(port);
      peer.socket.write(Buffer.from([0xff, 0xff]));
      await peer.closed;
    });

    it("answers what was asked before the peer said it is done", async () => {
      const { port } = parts.add(await listenTcp(anywhere, { respond: echo, clock, log: silentLogger }));
      const peer = await connectTcp(port);
      peer.send(Buffer.from("last words"));
      peer.socket.end();
      expect((await peer.received(1)).map(String)).to.deep.equal(["last words"]);
      await peer.closed;
    });

    it("stops reading from a peer that does not read its answers", async () => {
      let asked = 0;
      const large = Buffer.alloc(60_000);
      const respond = (): Buffer => {
        asked += 1;
        return large;
      };
      const { port } = parts.add(await listenTcp(anywhere, { respond, clock, log: silentLogger }));
      const peer = await connectTcp(port);
      peer.socket.pause();
      const burst = Array.from({ length: 50 }, () => Buffer.alloc(4_000));
      // Sending stalls once the server no longer reads; then nothing more is asked.
      for (let round = 0; round < 100 && peer.socket.writableLength < 8_000_000; round += 1) {
        peer.send(...burst);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(asked).to.be.below(4_000);
      const before = asked;
      peer.socket.resume();
      await eventually(() => expect(asked).to.be.above(before));
      peer.socket.destroy();
    });
  });
});
