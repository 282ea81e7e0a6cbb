import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  createFakeClock,
  createStopStack,
  silentLogger,
  type FakeClock,
  type StopStack,
  type Stoppable,
} from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../peers.fixture.ts";
import type { Target } from "../plan/plan.ts";
import type { Listener } from "./listener.ts";
import { listenUdp } from "./udp-listener.ts";

const host = "127.0.0.1";

describe("forwarding UDP", () => {
  let parts: StopStack;
  let clock: FakeClock;
  beforeEach(() => {
    parts = createStopStack();
    clock = createFakeClock();
  });
  afterEach(() => parts.stop());

  async function bound(address: string): Promise<Socket & Stoppable> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    const stop = async (): Promise<void> => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    };
    return parts.add(Object.assign(socket, { stop }));
  }

  /** Answers every datagram with its own address and the port it was asked from. */
  async function backend(address: string): Promise<Target> {
    const socket = await bound(address);
    socket.on("message", (message, from) =>
      socket.send(`${address} ${from.port} ${String(message)}`, from.port, from.address),
    );
    return { host: address, port: socket.address().port };
  }

  async function listen(targets: readonly Target[]): Promise<{ port: number; listener: Listener }> {
    const free = await bound(host);
    const { port } = free.address();
    const closed = once(free, "close");
    free.close();
    await closed;
    free.stop = async () => {};
    const listener = await listenUdp({ protocol: "UDP", host, port, targets }, { clock, log: silentLogger });
    return { port, listener: parts.add(listener) };
  }

  it("answers from the address that was asked, and keeps each asker with its target", async () => {
    const { port } = await listen([await backend("127.0.0.2"), await backend("127.0.0.3")]);
    const [a, b] = [await bound(host), await bound(host)];
    const first = await ask(a, port, "one");
    const other = await ask(b, port, "two");
    expect([first[0], other[0]].toSorted()).to.deep.equal(["127.0.0.2", "127.0.0.3"]);
    for (const text of ["three", "four"]) {
      const [target, upstreamPort, said] = await ask(a, port, text);
      expect([target, upstreamPort, said]).to.deep.equal([first[0], first[1], text]);
    }
  });

  it("forgets an asker that was silent for a minute", async () => {
    const { port } = await listen([await backend("127.0.0.2")]);
    const asker = await bound(host);
    const [, before] = await ask(asker, port, "one");
    await clock.advance(59_000);
    const [, same] = await ask(asker, port, "two");
    expect(same).to.equal(before);
    await clock.advance(60_000);
    const [, after] = await ask(asker, port, "three");
    expect(after).not.to.equal(before);
  });

  it("leads an asker elsewhere when its target goes", async () => {
    const { port, listener } = await listen([await backend("127.0.0.2")]);
    const asker = await bound(host);
    expect((await ask(asker, port, "one"))[0]).to.equal("127.0.0.2");
    listener.setTargets([await backend("127.0.0.3")]);
    expect((await ask(asker, port, "two"))[0]).to.equal("127.0.0.3");
  });

  it("tries another target when nobody listens at the first", async () => {
    const gone = await bound("127.0.0.9");
    const dead = { host: "127.0.0.9", port: gone.address().port };
    const closed = once(gone, "close");
    gone.close();
    await closed;
    gone.stop = async () => {};
    const { port } = await listen([dead, await backend("127.0.0.2")]);
    const asker = await bound(host);
    const answers: string[] = [];
    asker.on("message", (message) => answers.push(String(message)));
    await eventually(() => {
      asker.send("anybody", port, host);
      expect(answers.length).to.be.above(0);
    });
    expect(answers[0]).to.match(/^127\.0\.0\.2 /);
  });

  it("drops datagrams while there is nobody, and serves afterwards", async () => {
    const { port, listener } = await listen([]);
    const asker = await bound(host);
    asker.send("lost", port, host);
    // Over loopback it is there at once; a few turns of the event loop read it.
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    listener.setTargets([await backend("127.0.0.2")]);
    expect((await ask(asker, port, "found"))[2]).to.equal("found");
  });
});

async function ask(from: Socket, port: number, text: string): Promise<readonly string[]> {
  const answered = once(from, "message");
  from.send(text, port, host);
  const [answer, source] = (await answered) as [Buffer, { port: number; address: string }];
  expect(source).to.include({ port, address: host });
  return String(answer).split(" ");
}
