import { once } from "node:events";
import { Readable } from "node:stream";
import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { WebSocket } from "ws";
import { runCommand } from "../run-command.ts";
import { openWebSocketCommand } from "./command.ts";
import type { MessageSocket } from "./message-socket.ts";
import { startStreamServer, type StreamServer } from "../stream-server.fixture.ts";
import { openWebSocket } from "../upgrade-client.fixture.ts";
import { writeUntilHeldUp } from "../backpressure.fixture.ts";

describe("remote commands over a WebSocket", () => {
  let server: StreamServer;
  before(async () => void (server = await startStreamServer({ clock: createFakeClock() })));
  after(async () => await server.stop());

  async function open(command: readonly string[], protocol?: string, rest = "stdin=true&stdout=true&stderr=true") {
    const query = `${command.map((word) => `command=${encodeURIComponent(word)}`).join("&")}&${rest}`;
    return await openWebSocket(server, { verb: "exec", query, protocols: protocol === undefined ? [] : [protocol] });
  }

  it("begins with an empty message, and ends with the status and a close in good order", async () => {
    const client = await open(["sh", "-c", "cat; echo err >&2; exit 7"], "v5.channel.k8s.io");
    client.send(Buffer.from("\0hello"));
    client.send(Buffer.of(255, 0));
    const { messages, code } = await all(client);
    expect(messages[0]).to.deep.equal(Buffer.of(1));
    expect(textOf(messages, 1)).to.equal("hello");
    expect(textOf(messages, 2)).to.equal("err\n");
    expect(messages.at(-1)?.[0]).to.equal(3);
    expect(JSON.parse(textOf(messages, 3))).to.include({ reason: "NonZeroExitCode" });
    expect(code).to.equal(1000);
    await server.idle();
  });

  it("speaks version 4, where input ends with the connection only", async () => {
    const client = await open(["head", "-c", "5"], "v4.channel.k8s.io");
    client.send(Buffer.of(255, 0));
    client.send(Buffer.from("\0hello"));
    const { messages } = await all(client);
    expect([textOf(messages, 1), JSON.parse(textOf(messages, 3))]).to.deep.equal([
      "hello",
      { metadata: {}, status: "Success" },
    ]);
  });

  it("speaks base64", async () => {
    const client = await open(["head", "-c", "3"], "base64.channel.k8s.io");
    client.send(`0${Buffer.of(0, 255, 10).toString("base64")}`);
    const { messages } = await all(client);
    expect(messages.map(String)).to.deep.equal(["1", `1${Buffer.of(0, 255, 10).toString("base64")}`]);
  });

  it("speaks the protocol without a name, which tells failures as text", async () => {
    const { messages } = await all(await open(["sh", "-c", "echo out; exit 3"]));
    expect([textOf(messages, 1), textOf(messages, 3)]).to.deep.equal([
      "out\n",
      "command terminated with non-zero exit code: exit status 3",
    ]);
  });

  it("sends the status only after the last byte, however long the client takes", async () => {
    const sent: Buffer[] = [];
    const waiting: (() => void)[] = [];
    const closed = Promise.withResolvers<void>();
    const socket: MessageSocket = {
      onMessage: () => {},
      send(message, done) {
        sent.push(Buffer.from(message));
        waiting.push(done);
      },
      pause: () => {},
      resume: () => {},
      ping: () => {},
      close: () => closed.resolve(),
      asByteStream: () => expect.fail("nobody asked for it"),
      closed: closed.promise,
    };
    const asked = { stdin: false, stdout: true, stderr: false, tty: false };
    const wire = openWebSocketCommand({ socket, subprotocol: "v5.channel.k8s.io", asked });
    const stdout = Readable.from([Buffer.from("one"), Buffer.from("two"), Buffer.from("three")]);
    const session = { stdout, exitCode: Promise.resolve(0), resize: () => {}, close: () => {} };
    const over = runCommand({ session, wire, tellsExitCode: true });
    // The client takes one message at a time, and each only when there is nothing else left to do.
    for (let isOver = false; !isOver;) {
      await new Promise((resolve) => setImmediate(resolve));
      waiting.shift()?.();
      isOver = await Promise.race([
        over.then(() => true),
        new Promise<false>((resolve) => setImmediate(resolve, false)),
      ]);
    }
    expect(sent.map((message) => message.toString())).to.deep.equal([
      "\x01",
      "\x01one",
      "\x01two",
      "\x01three",
      '\x03{"metadata":{},"status":"Success"}',
    ]);
  });

  it("passes over channels and messages that mean nothing", async () => {
    const client = await open(["cat"], "v5.channel.k8s.io");
    for (const message of [
      Buffer.alloc(0),
      Buffer.from("\x01x"),
      Buffer.from("\x09x"),
      Buffer.of(255, 9),
      Buffer.from("\x04{"),
    ]) {
      client.send(message);
    }
    client.send(Buffer.from("\0still here"));
    client.send(Buffer.of(255, 0));
    client.send(Buffer.of(255, 0));
    client.send(Buffer.from("\0too late"));
    expect(textOf((await all(client)).messages, 1)).to.equal("still here");
  });

  it("hangs up on a message that is too long, and ends the command", async () => {
    const before = server.streams.closed();
    const client = await open(["sleep", "1000"], "v5.channel.k8s.io");
    client.send(Buffer.alloc(17 * 2 ** 20));
    expect((await once(client, "close"))[0]).to.equal(1009);
    await server.idle();
    expect(server.streams.closed() - before).to.equal(1);
  });

  it("hangs up on a client that pings and does not read the answers", async () => {
    const client = await open(["sleep", "1000"], "v5.channel.k8s.io");
    client.pause();
    const over = server.idle();
    // Either the sockets hold us up, or the server has hung up; it never collects all the answers.
    const held = writeUntilHeldUp(Buffer.alloc(2 ** 20), (bytes, done) => {
      for (let at = 0; at < bytes.length; at += 125) client.ping(bytes.subarray(at, at + 125), true);
      client.ping("", true, (error) => {
        if (!error) done();
      });
    });
    await Promise.race([over, held]);
    client.terminate();
    await over;
  });
});

async function all(client: WebSocket): Promise<{ readonly messages: readonly Buffer[]; readonly code: number }> {
  const messages: Buffer[] = [];
  client.on("message", (data: Buffer) => messages.push(data));
  const [code] = (await once(client, "close")) as [number];
  return { messages, code };
}

function textOf(messages: readonly Buffer[], channel: number): string {
  return Buffer.concat(
    messages.filter(([first]) => first === channel).map((message) => message.subarray(1)),
  ).toString();
}
