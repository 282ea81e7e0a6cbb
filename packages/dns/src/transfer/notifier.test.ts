import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createFakeClock, silentLogger, type FakeClock, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { read } from "../message.fixture.ts";
import { byteAt } from "../wire/bytes.ts";
import { startNotifier, type Notifier } from "./notifier.ts";
import { facts, serveTransfers } from "./transfer.fixture.ts";

/** A secondary server that takes notice, in its way. */
interface Listener {
  readonly port: number;
  /** What it was told, in words: opcode and flags, the question, the record. */
  readonly heard: string[];
  /** Resolves once it has heard so much in all. */
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** `answers` changes the answer a NOTIFY gets, which is none where it gives nothing back. */
async function startListener(
  answers: (answer: Buffer, times: number) => Buffer | undefined = (answer) => answer,
  at = 0,
): Promise<Listener> {
  const socket = createSocket("udp4");
  const heard: string[] = [];
  socket.on("message", (message, { port, address }) => {
    const { flags, question, answer } = read(message);
    heard.push([`opcode ${(byteAt(message, 2) >> 3) & 15} ${flags}`, question, ...answer].join(" | "));
    const plain = Buffer.from(message);
    plain[2] = 0xa4;
    const reply = answers(plain, heard.length);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  socket.bind(at, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    heard,
    async until(count) {
      while (heard.length < count) await once(socket, "message");
    },
    async stop() {
      socket.close();
      await once(socket, "close");
    },
  };
}

function createTestLog(): { log: Logger; lines: readonly string[] } {
  const lines: string[] = [];
  const say = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    lines.push(
      `${message} ${Object.entries(fields)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(" ")}`,
    );
  };
  return { log: { ...silentLogger, info: say, warn: say }, lines };
}

/** Lets time pass, a little at a time, until it is so; real sockets need real turns in between. */
async function passUntil(clock: FakeClock, isSo: () => boolean): Promise<void> {
  for (let step = 0; !isSo(); step += 1) {
    if (step > 20_000) throw new Error("it does not come to that");
    await clock.advance(10);
  }
}

describe("startNotifier", () => {
  const clock = createFakeClock();
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
  });

  async function listen(...options: Parameters<typeof startListener>): Promise<Listener> {
    const listener = await startListener(...options);
    open.push(listener);
    return listener;
  }

  /** A server of one zone that tells this port of it. */
  function notifying(port: number, log: Logger = silentLogger): Notifier & { move(serial: number): void } {
    const serving = serveTransfers(undefined, { settings: {} });
    const targets = [`127.0.0.1:${port}`, "10.0.0.0/8"];
    const notifier = startNotifier({ targets, zones: () => serving.zones, clock, log });
    open.push(notifier);
    return {
      ...notifier,
      move(serial) {
        serving.apply([], facts(`n${serial}.default.svc A 10.0.0.1`));
        serving.moveSerial(serial);
        notifier.serialMoved();
      },
    };
  }

  const notify = (serial: number): string =>
    `opcode 4 aa | cluster.local. SOA | cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. ${serial} 7200 1800 86400 5`;

  it("D41 tells which version there is, of zones of ours only", async () => {
    const listener = await listen();
    notifying(listener.port).move(8);
    await listener.until(1);
    expect(listener.heard).to.deep.equal([notify(8)]);
  });

  it("D41 tells once a second at most, and of the last change in the end", async () => {
    const listener = await listen();
    const notifier = notifying(listener.port);
    notifier.move(8);
    await listener.until(1);
    for (let serial = 9; serial <= 50; serial += 1) notifier.move(serial);
    const before = clock.now();
    await passUntil(clock, () => listener.heard.length > 1);
    expect(clock.now() - before).to.be.greaterThan(900);
    expect(listener.heard).to.deep.equal([notify(8), notify(50)]);
    await clock.advance(60_000);
    expect(listener.heard.length).to.equal(2);
  });

  it("D41 tells of what changes while an answer is waited for", async () => {
    const listener = await listen((answer, times) => (times === 1 ? undefined : answer));
    const notifier = notifying(listener.port);
    notifier.move(8);
    await listener.until(1);
    notifier.move(9);
    await passUntil(clock, () => listener.heard.length > 1);
    expect(listener.heard).to.deep.equal([notify(8), notify(9)]);
  });

  it("D41 tells again until it is acknowledged, less and less often", async () => {
    const listener = await listen((answer, times) => (times < 4 ? undefined : answer));
    const { log, lines } = createTestLog();
    notifying(listener.port, log).move(8);
    const times: number[] = [];
    for (let count = 1; count <= 4; count += 1) {
      await (count === 1 ? listener.until(1) : passUntil(clock, () => listener.heard.length >= count));
      times.push(clock.now());
    }
    const gaps = times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1_000));
    expect(gaps).to.deep.equal([1, 2, 4]);
    await clock.advance(60_000);
    expect(listener.heard.length).to.equal(4);
    expect(lines).to.deep.equal([]);
  });

  it("D41 takes nothing else for an acknowledgement", async () => {
    const spoilt = (at: number, value: number) => (answer: Buffer) => {
      answer[at] = byteAt(answer, at) ^ value;
      return answer;
    };
    for (const spoil of [spoilt(0, 1), spoilt(2, 0x80), spoilt(2, 0x20), (answer: Buffer) => answer.subarray(0, 11)]) {
      const listener = await listen((answer, times) => (times === 1 ? spoil(answer) : answer));
      notifying(listener.port).move(8);
      await passUntil(clock, () => listener.heard.length > 1);
      expect(listener.heard).to.deep.equal([notify(8), notify(8)]);
    }
  });

  it("D41 gives up on a silent server with one line per outage, and says when it answers again", async () => {
    let isSilent = true;
    const listener = await listen((answer) => (isSilent ? undefined : answer));
    const { log, lines } = createTestLog();
    const notifier = notifying(listener.port, log);
    for (const serial of [8, 9]) {
      const before = listener.heard.length;
      notifier.move(serial);
      await passUntil(clock, () => listener.heard.length === before + 4);
      await clock.advance(30_000);
      expect(listener.heard.length).to.equal(before + 4);
    }
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/does not answer NOTIFY.* server=127\.0\.0\.1:\d+ zone=cluster\.local reason=no answer/);
    isSilent = false;
    notifier.move(10);
    await passUntil(clock, () => lines.length > 1);
    expect(lines[1]).to.match(/answers NOTIFY again server=127/);
  });

  it("D41 goes on where nobody listens yet", async () => {
    const gone = await startListener();
    await gone.stop();
    const { log, lines } = createTestLog();
    const notifier = notifying(gone.port, log);
    notifier.move(8);
    await clock.advance(500);
    const listener = await listen(undefined, gone.port);
    await passUntil(clock, () => listener.heard.length > 0);
    expect(listener.heard).to.deep.equal([notify(8)]);
    expect(lines).to.deep.equal([]);
  });

  it("D41 says once that a server does not have the zone, and does not insist", async () => {
    const listener = await listen((answer) => {
      answer[3] = 9;
      return answer;
    });
    const { log, lines } = createTestLog();
    const notifier = notifying(listener.port, log);
    for (const serial of [8, 9]) {
      const before = listener.heard.length;
      notifier.move(serial);
      await passUntil(clock, () => listener.heard.length > before);
      await clock.advance(30_000);
      expect(listener.heard.length).to.equal(before + 1);
    }
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/wants no NOTIFY; configure the zone there.* zone=cluster\.local rcode=9/);
  });

  it("D41 says nothing after it is stopped, and stops while an answer is waited for", async () => {
    const listener = await listen(() => undefined);
    const { log, lines } = createTestLog();
    const notifier = notifying(listener.port, log);
    notifier.move(8);
    await listener.until(1);
    notifier.move(9);
    await notifier.stop();
    notifier.move(10);
    await clock.advance(60_000);
    expect(listener.heard).to.deep.equal([notify(8)]);
    expect(lines).to.deep.equal([]);
  });

  it("D41 says which text is no address", () => {
    expect(() => startNotifier({ targets: ["nobody"], zones: () => [], clock, log: silentLogger })).to.throw(
      'to "nobody"',
    );
  });
});
