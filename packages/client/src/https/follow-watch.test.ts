import type { ServerResponse } from "node:http";
import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { WatchEvent } from "../client.ts";
import { failureOf, podAt, reply, useClientRig, type Answerer } from "./client-rig.fixture.ts";

describe("followWatch", () => {
  const rig = useClientRig();

  it("asks for bookmarks from a revision, and reads events cut anywhere", async () => {
    const text = line("ADDED", podAt("grüße", 2)) + line("BOOKMARK", { metadata: { resourceVersion: "3" } });
    const cut = text.indexOf("ü") + 1;
    const bytes = Buffer.from(text);
    const signal = new AbortController();
    rig.answer = (response) => {
      response.write(bytes.subarray(0, cut), () => response.write(bytes.subarray(cut)));
    };
    const found: unknown[] = [];
    for await (const event of rig.connect().watch("pods", {
      namespace: "default",
      fromRevision: 1,
      signal: signal.signal,
    })) {
      found.push([event.type, event.revision, event.object.metadata.name]);
      if (event.type === "BOOKMARK") signal.abort();
    }
    expect(found).to.deep.equal([
      ["ADDED", 2, "grüße"],
      ["BOOKMARK", 3, undefined],
    ]);
    expect(rig.server.received.at(-1)?.url).to.equal(
      "/api/v1/namespaces/default/pods?watch=true&allowWatchBookmarks=true&resourceVersion=1",
    );
  });

  it("ends quietly when aborted, before it begins and while nothing comes, and closes the request", async () => {
    const before = rig.server.received.length;
    expect(await collect(rig.connect().watch("pods", { signal: AbortSignal.abort() }))).to.deep.equal([]);
    expect(rig.server.received.length).to.equal(before);

    const ending = new AbortController();
    const closed = Promise.withResolvers<void>();
    rig.answer = (response) => {
      response.flushHeaders();
      response.on("close", () => closed.resolve());
      setImmediate(() => ending.abort());
    };
    expect(await collect(rig.connect().watch("pods", { signal: ending.signal }))).to.deep.equal([]);
    await closed.promise;
  });

  it("closes the request when its consumer leaves", async () => {
    const closed = Promise.withResolvers<void>();
    rig.answer = (response) => {
      response.on("close", () => closed.resolve());
      response.write(line("ADDED", podAt("web-0", 2)));
    };
    for await (const event of rig.connect().watch("pods", { signal: new AbortController().signal })) {
      expect(event.revision).to.equal(2);
      break;
    }
    await closed.promise;
  });

  const endings: readonly (readonly [how: string, end: Answerer, reason: string, message: string])[] = [
    [
      "an ERROR event",
      (response) => response.end(line("ERROR", { kind: "Status", reason: "Expired", message: "too old", code: 410 })),
      "Expired",
      "too old",
    ],
    ["a refusal", reply({ kind: "Status", reason: "Gone", code: 410, message: "gone" }, 410), "Expired", "gone"],
    [
      "an end in good order",
      (response) => response.end(line("ADDED", podAt("a", 1))),
      "ServiceUnavailable",
      "by the server",
    ],
    ["half an event", (response) => response.end('{"type":'), "ServiceUnavailable", "in the middle of an event"],
    [
      "a broken connection",
      (response) => response.write(line("ADDED", podAt("a", 1)), () => response.destroy()),
      "ServiceUnavailable",
      "cut off",
    ],
    ["garbage", (response) => response.end("what\n"), "ServiceUnavailable", "unreadable watch event"],
  ];
  for (const [how, end, reason, message] of endings) {
    it(`throws ${reason} after ${how}`, async () => {
      rig.answer = end;
      const error = await failureOf(collect(rig.connect().watch("pods", { signal: new AbortController().signal })));
      expect(error).to.include({ reason });
      expect(error.message).to.include(message);
    });
  }

  it("does not collect an event that never ends", async () => {
    rig.answer = (response) => {
      const more = (): unknown => response.write(Buffer.alloc(65_536, 0x61), more);
      more();
    };
    const client = rig.connect({ maxEventBytes: 2 ** 20 });
    const error = await failureOf(collect(client.watch("pods", { signal: new AbortController().signal })));
    expect(error.message).to.include("longer than 1048576 bytes");
  });

  it("has no time limit once it has begun, but a limit on its beginning", async () => {
    const clock = createFakeClock();
    const ending = new AbortController();
    const begun = Promise.withResolvers<ServerResponse>();
    rig.answer = (response) => response.write(line("ADDED", podAt("a", 1)), () => begun.resolve(response));
    const found: number[] = [];
    for await (const event of rig.connect({ clock }).watch("pods", { signal: ending.signal })) {
      found.push(event.revision);
      if (event.revision === 2) break;
      await clock.advance(3_600_000);
      (await begun.promise).write(line("MODIFIED", podAt("a", 2)));
    }
    expect(found).to.deep.equal([1, 2]);

    const arrived = Promise.withResolvers<void>();
    rig.answer = () => arrived.resolve();
    const waiting = failureOf(collect(rig.connect({ clock }).watch("pods", { signal: ending.signal })));
    await arrived.promise;
    await clock.advance(30_000);
    expect((await waiting).message).to.include("no answer within 30000 ms");
  });

  it("holds up the server while its consumer is slow", async () => {
    const event = line("ADDED", { ...podAt("a", 1), filler: "x".repeat(60_000) });
    const total = 64 * 2 ** 20;
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    rig.answer = (response) => {
      const fill = (): void => {
        while (written < total && response.write(event)) written += event.length;
        if (written >= total) response.end();
        else stalled.resolve();
      };
      response.on("drain", fill);
      fill();
    };
    const events = rig.connect().watch("pods", { signal: new AbortController().signal })[Symbol.asyncIterator]();
    await events.next();
    await stalled.promise;
    // What the sockets of both sides hold; without backpressure everything would have been taken by now.
    for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).to.be.lessThan(total / 2);
    await events.return?.();
  });
});

async function collect(events: AsyncIterable<WatchEvent<unknown>>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const event of events) found.push(`${event.type} ${event.revision}`);
  return found;
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
