import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { startStreamServer, type StreamServer } from "../stream-server.fixture.ts";
import { advanceUntil, writeUntilHeldUp } from "../backpressure.fixture.ts";
import { openSpdy, type Ask, type SpdyClient } from "../upgrade-client.fixture.ts";
import { encodeFrame } from "./frames.ts";

describe("SPDY connections", () => {
  const clock = createFakeClock();
  let server: StreamServer;
  before(async () => void (server = await startStreamServer({ clock })));
  after(async () => await server.stop());

  it("answers every stream, ends them all, and says goodbye last", async () => {
    const client = await openSpdy(server, exec(["sh", "-c", "echo out; echo err >&2; exit 7"]));
    const ids = await openAll(client, ["error", "stdout", "stderr"]);
    await client.until((frame) => frame.type === "goaway");
    const [error = 0, stdout = 0, stderr = 0] = ids;
    expect([client.textOf(stdout), client.textOf(stderr)]).to.deep.equal(["out\n", "err\n"]);
    expect(JSON.parse(client.textOf(error))).to.include({ status: "Failure", reason: "NonZeroExitCode" });
    const replied = client.received.filter((frame) => frame.type === "syn-reply").map((frame) => frame.streamId);
    expect(replied).to.deep.equal(ids);
    const ended = client.received.filter((frame) => frame.type === "data" && frame.fin);
    expect(ended).to.have.length(3);
    expect(client.received.at(-1)?.type).to.equal("goaway");
    client.socket.end();
    await server.idle();
  });

  it("tells older clients the failure as text, and a success by silence", async () => {
    for (const [script, said] of [
      ["exit 7", "command terminated with non-zero exit code: exit status 7"],
      ["exit 0", ""],
    ] as const) {
      const client = await openSpdy(server, exec(["sh", "-c", script], "stdout=true", "v2."));
      const [error = 0] = await openAll(client, ["error", "stdout"]);
      await client.until((frame) => frame.type === "goaway");
      expect(client.textOf(error)).to.equal(said);
      client.socket.end();
    }
    await server.idle();
  });

  it("resets streams that nobody asked for, and goes on", async () => {
    const client = await openSpdy(server, exec(["cat"], "stdin=true&stdout=true"));
    const [stray = 0, error = 0, stdin = 0, stdout = 0, twice = 0] = await openAll(client, [
      "stderr",
      "error",
      "stdin",
      "stdout",
      "stdout",
    ]);
    client.send({ type: "data", streamId: stdin, fin: false, bytes: Buffer.from("hello") });
    client.send({ type: "data", streamId: stdin, fin: true, bytes: Buffer.alloc(0) });
    await client.until((frame) => frame.type === "goaway");
    const reset = client.received.filter((frame) => frame.type === "reset").map((frame) => frame.streamId);
    expect(reset).to.deep.equal([stray, twice]);
    expect([client.textOf(stdout), JSON.parse(client.textOf(error))]).to.deep.equal([
      "hello",
      { metadata: {}, status: "Success" },
    ]);
    client.socket.end();
    await server.idle();
  });

  it("answers pings of the client's, and sends its own", async () => {
    const client = await openSpdy(server, exec(["cat"], "stdin=true&stdout=true"));
    client.send({ type: "ping", id: 41 });
    client.send({ type: "ping", id: 2 });
    await client.until((frame) => frame.type === "ping" && frame.id === 41);
    await clock.advance(10_000);
    await client.until((frame) => frame.type === "ping" && frame.id === 2);
    expect(client.received.filter((frame) => frame.type === "ping")).to.have.length(2);
    client.socket.destroy();
    await server.idle();
  });

  const breaches: readonly (readonly [what: string, bytes: Buffer])[] = [
    ["garbage", Buffer.from("this is not SPDY at all")],
    ["a control frame that is too long", Buffer.from("8003000100ffffff", "hex")],
    [
      "headers that are no zlib",
      encodeFrame({ type: "syn-stream", streamId: 1, fin: false, headerBlock: Buffer.alloc(99, 7) }),
    ],
    ["an even stream id", encodeFrame({ type: "syn-stream", streamId: 2, fin: false, headerBlock: Buffer.alloc(9) })],
    [
      "data for a stream that was never opened",
      encodeFrame({ type: "data", streamId: 99, fin: false, bytes: Buffer.alloc(1) }),
    ],
  ];
  for (const [what, bytes] of breaches) {
    it(`says goodbye after ${what}, and ends the command`, async () => {
      const before = server.streams.closed();
      const client = await openSpdy(server, exec(["sleep", "1000"]));
      client.socket.write(bytes);
      await client.until((frame) => frame.type === "goaway" && frame.status === 1);
      client.socket.end();
      await server.idle();
      expect(server.streams.closed() - before).to.equal(1);
    });
  }

  it("says goodbye after a stream id that was used before, and after a header bomb", async () => {
    for (const second of [{ streamtype: "stdout" }, { streamtype: "x".repeat(10_000_000) }]) {
      const client = await openSpdy(server, exec(["sleep", "1000"]));
      const first = await client.open({ streamtype: "error" });
      await client.until((frame) => frame.type === "syn-reply");
      if (second.streamtype === "stdout") {
        client.send({ type: "syn-stream", streamId: first, fin: false, headerBlock: Buffer.alloc(4) });
      } else {
        await client.open(second);
      }
      await client.until((frame) => frame.type === "goaway" && frame.status === 1);
      client.socket.end();
      await server.idle();
    }
  });

  it("does not collect answers for a client that does not read them", async () => {
    const client = await openSpdy(server, exec(["sleep", "1000"]));
    client.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 50_000 }, () => encodeFrame({ type: "ping", id: 1 })));
    await writeUntilHeldUp(pings, (bytes, done) => client.socket.write(bytes, done));
    client.socket.destroy();
    await server.idle();
  });

  describe("port-forward", () => {
    let app: Server;
    before(async () => {
      // Takes connections, and never reads from them.
      app = createServer({ pauseOnConnect: true }, (socket) => socket.on("error", () => {}));
      app.listen(0, "127.0.0.1");
      await once(app, "listening");
    });
    after(async () => {
      app.close();
      await once(app, "close");
    });

    const ask: Ask = { verb: "portforward", query: "", protocols: ["portforward.k8s.io"] };
    const port = (): string => String((app.address() as AddressInfo).port);

    it("refuses streams that make no sense and ones whose other half does not come", async () => {
      const client = await openSpdy(server, ask);
      const bad = [
        { streamtype: "data", port: "0", requestid: "0" },
        { streamtype: "data", port: "99999", requestid: "0" },
        { streamtype: "data", port: "80" },
        { streamtype: "stdin", port: "80", requestid: "0" },
      ];
      const ids: number[] = [];
      for (const headers of bad) ids.push(await client.open(headers as Record<string, string>));
      const half = await client.open({ streamtype: "data", port: "80", requestid: "0" });
      const twice = await client.open({ streamtype: "data", port: "80", requestid: "0" });
      await client.until((frame) => frame.type === "reset" && frame.streamId === twice);
      await clock.advance(30_000);
      await client.until((frame) => frame.type === "reset" && frame.streamId === half);
      const reset = client.received.filter((frame) => frame.type === "reset").map((frame) => frame.streamId);
      expect(reset).to.deep.equal([...ids, twice, half]);
      client.socket.destroy();
      await server.idle();
    });

    it("refuses streams beyond a number, and takes new ones when some have ended", async () => {
      const client = await openSpdy(server, ask);
      const headers = { streamtype: "data", port: port() };
      for (let count = 0; count < 1_024; count += 1) await client.open({ ...headers, requestid: `${count}` });
      const refused = await client.open({ ...headers, requestid: "one more" });
      await client.until((frame) => frame.type === "reset" && frame.streamId === refused && frame.status === 3);
      client.send({ type: "reset", streamId: 1, status: 5 });
      const taken = await client.open({ ...headers, requestid: "another" });
      await client.until((frame) => frame.type === "syn-reply" && frame.streamId === taken);
      client.socket.destroy();
      await server.idle();
    });

    it("holds up a client whose pod does not read, and is over when the client has gone", async () => {
      const accepted = once(app, "connection");
      const client = await openSpdy(server, ask);
      const data = await client.open({ streamtype: "data", port: port(), requestid: "0" });
      await client.open({ streamtype: "error", port: port(), requestid: "0" });
      const frame = encodeFrame({ type: "data", streamId: data, fin: false, bytes: Buffer.alloc(2 ** 20) });
      await writeUntilHeldUp(frame, (bytes, done) => client.socket.write(bytes, done));
      client.socket.destroy();
      await advanceUntil(clock, server.idle());
      const [socket] = (await accepted) as [Socket];
      await once(socket.resume(), "close");
    });
  });
});

function exec(command: readonly string[], rest = "stdout=true&stderr=true", version = "v4."): Ask {
  const words = command.map((word) => `command=${encodeURIComponent(word)}`);
  return { verb: "exec", query: `${words.join("&")}&${rest}`, protocols: [`${version}channel.k8s.io`] };
}

async function openAll(client: SpdyClient, names: readonly string[]): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const streamtype of names) ids.push(await client.open({ streamtype }));
  return ids;
}
