import { ApiError } from "@ordinal/api";
import { createFakeClock, describeError } from "@ordinal/runtime";
import { expect } from "chai";
import { advanceUntil, writeUntilHeldUp } from "./backpressure.fixture.ts";
import { encodeFrame } from "./spdy/frames.ts";
import { startStreamServer, type StreamServer } from "./stream-server.fixture.ts";
import { askForSpdy, openSpdy, openWebSocket, type Ask, type Refusal } from "./upgrade-client.fixture.ts";

describe("acceptStream", () => {
  const clock = createFakeClock();
  let server: StreamServer;
  before(async () => void (server = await startStreamServer({ clock })));
  afterEach(() => void (server.streams.onAsk = () => {}));
  after(async () => await server.stop());

  const spdy: Ask = { verb: "exec", query: "command=cat&stdin=true&stdout=true", protocols: ["v4.channel.k8s.io"] };
  const webSocket: Ask = { ...spdy, protocols: ["v5.channel.k8s.io"] };

  async function refusal(ask: Ask): Promise<Refusal> {
    const answer = await askForSpdy(server, ask);
    await server.idle();
    return "write" in answer ? expect.fail("it was accepted") : answer;
  }

  it("refuses with a Status, and runs nothing, what is wrong with the request", async () => {
    server.streams.onAsk = () => expect.fail("it was run");
    const { code, contentType, body } = await refusal({ ...spdy, query: "stdout=true" });
    expect({ code, contentType }).to.deep.equal({ code: 400, contentType: "application/json" });
    expect(JSON.parse(body)).to.include({ kind: "Status", status: "Failure", reason: "BadRequest" });
    expect((await refusal({ ...spdy, protocols: ["v9.channel.k8s.io"] })).code).to.equal(403);
  });

  it("refuses with a Status what the runtime refuses", async () => {
    server.streams.onAsk = () => {
      throw new ApiError("NotFound", 'container "x" not found');
    };
    const { code, body } = await refusal(spdy);
    expect(code).to.equal(404);
    expect(JSON.parse(body)).to.include({ reason: "NotFound", message: 'container "x" not found' });
    const overWebSocket = await openWebSocket(server, webSocket).then(() => "accepted", describeError);
    expect(overWebSocket).to.include("404");
  });

  it("ends the command when the client is gone while its input is held up", async () => {
    for (const ask of [spdy, webSocket]) {
      const query = "command=sleep&command=1000&stdin=true&stdout=true";
      const before = server.streams.closed();
      if (ask === spdy) {
        const client = await openSpdy(server, { ...ask, query });
        for (const streamtype of ["error", "stdin", "stdout"]) await client.open({ streamtype });
        const frame = encodeFrame({ type: "data", streamId: 3, fin: false, bytes: Buffer.alloc(65_536) });
        await writeUntilHeldUp(frame, (bytes, done) => client.socket.write(bytes, done));
        client.socket.destroy();
      } else {
        const client = await openWebSocket(server, { ...ask, query });
        await writeUntilHeldUp(Buffer.alloc(65_536), (bytes, done) => client.send(bytes, done));
        client.terminate();
      }
      // Nobody reads, so nobody notices; until the next heartbeats fail to be written.
      await advanceUntil(clock, server.idle());
      expect(server.streams.closed() - before).to.equal(1);
    }
  });

  it("gives up a client that does not open its streams in time, and ends the command", async () => {
    const before = server.streams.closed();
    const client = await openSpdy(server, spdy);
    await client.open({ streamtype: "error" });
    await client.until((frame) => frame.type === "syn-reply");
    await clock.advance(30_000);
    await client.until((frame) => frame.type === "goaway");
    await server.idle();
    expect(server.streams.closed() - before).to.equal(1);
  });

  it("cuts off a client that does not close after the goodbye", async () => {
    const client = await openSpdy(server, { ...spdy, query: "command=true&stdout=true" });
    for (const streamtype of ["error", "stdout"]) await client.open({ streamtype });
    await client.until((frame) => frame.type === "goaway");
    client.socket.pause();
    await clock.advance(5_000);
    await server.idle();
  });
});
