import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { startStreamServer, type StreamServer } from "./stream-server.fixture.ts";

describe("sendLog", () => {
  const clock = createFakeClock();
  let server: StreamServer;
  before(async () => void (server = await startStreamServer({ clock })));
  after(async () => await server.stop());

  async function get(query: string): Promise<IncomingMessage> {
    const { ca, clientCertificate: cert, clientKey: key } = server.credentials;
    const path = `/api/v1/namespaces/default/pods/web-0/log?${query}`;
    const sent = request({ host: "127.0.0.1", port: server.port, ca, cert, key, agent: false, path }).end();
    return ((await once(sent, "response")) as [IncomingMessage])[0];
  }

  it("answers as text", async () => {
    server.streams.logs = async function* () {
      yield Buffer.from("one\n");
      yield Buffer.from("two\n");
    };
    const response = await get("");
    expect([response.statusCode, response.headers["content-type"]]).to.deep.equal([200, "text/plain"]);
    expect(await text(response)).to.equal("one\ntwo\n");
  });

  it("answers an empty log, and a bad query", async () => {
    server.streams.logs = async function* () {};
    expect(await text(await get(""))).to.equal("");
    const bad = await get("tailLines=-1");
    expect(bad.statusCode).to.equal(422);
    expect(JSON.parse(await text(bad))).to.include({ kind: "Status", reason: "Invalid" });
  });

  it("begins its answer before a silent log's first line", async () => {
    const asked = Promise.withResolvers<void>();
    const line = Promise.withResolvers<Buffer>();
    server.streams.logs = async function* () {
      asked.resolve();
      yield await line.promise;
    };
    const answered = get("follow=true");
    await asked.promise;
    await clock.advance(1_000);
    const response = await answered;
    expect(response.statusCode).to.equal(200);
    line.resolve(Buffer.from("at last\n"));
    expect(await text(response)).to.equal("at last\n");
  });

  it("cuts the answer off when the log fails in the middle, so that nobody takes it for whole", async () => {
    server.streams.logs = async function* () {
      yield Buffer.from("one\n");
      throw new Error("the disk is gone");
    };
    const response = await get("");
    const failure = await text(response).then(() => "whole", String);
    expect(failure).to.include("aborted");
  });

  it("reads no further than the client does, and stops reading when it leaves", async () => {
    let read = 0;
    let isStopped = false;
    server.streams.logs = async function* (_request, signal) {
      try {
        for (; !signal.aborted; read += 65_536) yield Buffer.alloc(65_536);
      } finally {
        isStopped = true;
      }
    };
    const response = await get("follow=true");
    response.pause();
    for (let last = -1; last !== read;) {
      last = read;
      for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(read).to.be.lessThan(100 * 2 ** 20);
    response.destroy();
    await server.idle();
    expect(isStopped).to.equal(true);
  });
});
