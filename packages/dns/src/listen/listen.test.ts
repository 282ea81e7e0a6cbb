import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createFakeClock, createStopStack, silentLogger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { eventually } from "../api.fixture.ts";
import { createLater } from "./answers.fixture.ts";
import { inWords, joinBoth, listenBoth, listenShared, show } from "./listen.ts";
import { askUdp, connectTcp, say, textOf } from "./peers.fixture.ts";

const echo: Respond = (message) => message;
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
    peer.send(say("stream"));
    expect((await peer.received(1)).map(textOf)).to.deep.equal(["stream"]);
  });

  it("tells the responder how and by whom it is asked, also where IPv4 comes in by IPv6", async () => {
    const told: string[] = [];
    const respond: Respond = (message, transport, address) => {
      told.push(`${transport} ${address}`);
      return message;
    };
    const { address } = parts.add(await listenBoth({ host: "::", port: 0 }, { ...both, respond }));
    await askUdp(address.port, say("datagram"));
    const peer = await connectTcp(address.port);
    peer.send(say("stream"));
    await peer.received(1);
    expect(told).to.deep.equal(["udp 127.0.0.1", "tcp 127.0.0.1"]);
  });

  it("sends the first message of what is answered later over UDP, and nothing where there is none", async () => {
    const later = createLater();
    const { address } = parts.add(await listenBoth(anywhere, { ...both, respond: later.respond }));
    const enough = new AbortController();
    const [none, some] = ["none", "some"].map((text) => askUdp(address.port, say(text), enough));
    await eventually(() => expect(later.asked()).to.equal(2));
    later.answer("none", []);
    later.answer("some", [say("first"), say("second")]);
    expect(textOf((await some) ?? say(""))).to.equal("first");
    enough.abort();
    expect(await none?.catch((error: unknown) => String(error))).to.contain("abort");
  });

  it("lets go of what is answered only after it was stopped", async () => {
    const later = createLater();
    const listening = await listenBoth(anywhere, { ...both, respond: later.respond });
    const { address } = listening;
    const peer = await connectTcp(address.port);
    peer.send(say("stream"));
    const enough = new AbortController();
    const asking = askUdp(address.port, say("datagram"), enough).catch((error: unknown) => String(error));
    await eventually(() => expect(later.asked()).to.equal(2));
    await listening.stop();
    for (const text of ["stream", "datagram"]) later.answer(text, [say("too late")]);
    await peer.closed;
    enough.abort();
    expect(await asking).to.contain("abort");
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

  it("shares a port with other threads only when it was alone there", async () => {
    const { address } = parts.add(await listenShared(anywhere, both));
    parts.add(await joinBoth(address, both));
    expect(textOf(await askUdp(address.port, say("shared")))).to.equal("shared");
    const failure = await listenShared(address, both).catch((error: unknown) => error);
    expect(String(failure)).to.contain("another program answers there");
  });

  it("says what to do where the system does not let threads share a port", async () => {
    const bind = async (): Promise<never> =>
      await Promise.reject(Object.assign(new Error("bind"), { code: "ENOTSUP" }));
    const failure = await inWords("DNS", { host: "127.0.0.1", port: 53 }, bind).catch((error: unknown) => error);
    expect(String(failure)).to.contain(
      "DNS cannot listen on 127.0.0.1:53: this system does not let threads share a port; set the DNS workers to 0",
    );
  });

  it("writes IPv6 addresses in brackets", () => {
    expect(show({ host: "::1", port: 53 })).to.equal("[::1]:53");
  });
});
