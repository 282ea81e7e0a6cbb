import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createFakeClock, createStopStack, silentLogger, type FakeClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { freePort, readAll, startBackend } from "../peers.fixture.ts";
import type { Target } from "../plan/plan.ts";
import type { Listener } from "./listener.ts";
import { listenTcp } from "./tcp-listener.ts";

const host = "127.0.0.1";
const hour = 3_600_000;

describe("forwarding TCP", () => {
  let parts: StopStack;
  let clock: FakeClock;
  beforeEach(() => {
    parts = createStopStack();
    clock = createFakeClock();
  });
  afterEach(() => parts.stop());

  async function listen(targets: readonly Target[]): Promise<{ port: number; listener: Listener }> {
    const port = await freePort(host);
    const listener = await listenTcp({ protocol: "TCP", host, port, targets }, { clock, log: silentLogger });
    return { port, listener: parts.add(listener) };
  }

  /** A client whose connection has come through: it has read what the other side says first. */
  async function pair(serve: (socket: Socket) => void): Promise<{ client: Socket; listener: Listener; port: number }> {
    const greet = (socket: Socket): void => {
      socket.write("hello");
      serve(socket);
    };
    const backend = parts.add(await startBackend(host, greet));
    const { port, listener } = await listen([{ host, port: backend.port }]);
    const client = connect({ host, port, allowHalfOpen: true });
    client.on("error", () => {});
    expect(await next(client)).to.equal("hello");
    return { client, listener, port };
  }

  it("gives each connection to the next target", async () => {
    const targets = await Promise.all(
      ["127.0.0.2", "127.0.0.3"].map(async (each) => ({ host: each, port: parts.add(await startBackend(each)).port })),
    );
    const { port } = await listen(targets);
    const answers = [await readAll(host, port), await readAll(host, port), await readAll(host, port)];
    expect(answers).to.deep.equal(["127.0.0.2\n", "127.0.0.3\n", "127.0.0.2\n"]);
  });

  it("passes over targets that do not take connections", async () => {
    const dead = { host: "127.0.0.9", port: await freePort("127.0.0.9") };
    const alive = parts.add(await startBackend("127.0.0.2"));
    const { port } = await listen([dead, dead, { host: "127.0.0.2", port: alive.port }]);
    expect(await readAll(host, port)).to.equal("127.0.0.2\n");
  });

  it("resets the connection when there is nobody behind it", async () => {
    const { port } = await listen([]);
    expect(await readAll(host, port)).to.equal("ECONNRESET");
    const dead = await listen([{ host: "127.0.0.9", port: await freePort("127.0.0.9") }]);
    expect(await readAll(host, dead.port)).to.equal("ECONNRESET");
  });

  it("leads where the targets are now, and leaves open connections alone", async () => {
    const { client, listener, port } = await pair((socket) => socket.pipe(socket));
    const other = parts.add(await startBackend("127.0.0.2"));
    listener.setTargets([{ host: "127.0.0.2", port: other.port }]);
    client.write("still here");
    expect(await next(client)).to.equal("still here");
    expect(await readAll(host, port)).to.equal("127.0.0.2\n");
  });

  it("passes an end on as an end, and the answer after it back", async () => {
    const { client } = await pair((socket) => {
      const chunks: Buffer[] = [];
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("end", () => socket.end(`got ${Buffer.concat(chunks).toString()}`));
    });
    client.end("everything");
    expect(await next(client)).to.equal("got everything");
    await closeOf(client);
  });

  it("passes a reset on as a reset, both ways", async () => {
    const sides: Socket[] = [];
    const first = await pair((socket) => void sides.push(socket));
    sides[0]?.resetAndDestroy();
    const [error] = (await once(first.client, "error")) as [NodeJS.ErrnoException];
    expect(error.code).to.equal("ECONNRESET");

    const reset = Promise.withResolvers<string>();
    const second = await pair((socket) => {
      sides.push(socket);
      socket.on("error", (failure: NodeJS.ErrnoException) => reset.resolve(failure.code ?? ""));
    });
    second.client.resetAndDestroy();
    expect(await reset.promise).to.equal("ECONNRESET");
  });

  it("carries 32 MB both ways at once, unchanged", async () => {
    const { client } = await pair((socket) => socket.pipe(socket));
    const data = Buffer.alloc(32 << 20, "0123456789abcdef!");
    const hash = createHash("sha256");
    let length = 0;
    client.on("data", (chunk) => {
      hash.update(chunk);
      length += chunk.length;
    });
    client.end(data);
    await once(client, "end");
    expect(length).to.equal(data.length);
    expect(hash.digest("hex")).to.equal(createHash("sha256").update(data).digest("hex"));
  });

  it("waits for a side that does not read, instead of keeping what the other sends", async () => {
    const { client } = await pair((socket) => void socket.pause());
    let written = 0;
    const chunk = Buffer.alloc(1 << 20);
    // What the kernels hold is bounded; once that is full the client's own buffer grows.
    for (let round = 0; round < 200 && client.writableLength < 16 << 20; round += 1) {
      client.write(chunk);
      written += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written - client.writableLength).to.be.below(64 << 20);
    client.destroy();
  });

  it("gives up a silent connection after a day", async () => {
    const { client } = await pair(() => {});
    const closed = closeOf(client);
    await clock.advance(23 * hour);
    expect(client.destroyed).to.equal(false);
    await clock.advance(2 * hour);
    client.resume();
    client.end();
    await closed;
  });

  it("gives up a connection one side of which is done after an hour of silence", async () => {
    const { client } = await pair((socket) => void socket.resume());
    client.end();
    const ended = once(client.resume(), "end");
    await clock.advance(hour / 2);
    expect(client.readableEnded).to.equal(false);
    await clock.advance(2 * hour);
    await ended;
  });

  it("takes nothing new once retired, and lets what is open go on", async () => {
    const { client, listener, port } = await pair((socket) => socket.pipe(socket));
    listener.retire();
    expect(await readAll(host, port)).to.equal("ECONNREFUSED");
    client.write("still here");
    expect(await next(client)).to.equal("still here");
    client.end();
    client.resume();
    await listener.closed;
  });

  it("ends everything when stopped", async () => {
    const { client, listener } = await pair((socket) => socket.pipe(socket));
    const closed = closeOf(client);
    await listener.stop();
    client.resume();
    client.end();
    await closed;
  });
});

async function next(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return String(data);
}

/** Resolves when the socket is closed, however that came about. */
async function closeOf(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}
