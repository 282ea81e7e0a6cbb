import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createFakeClock, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { eventsOf, open, send, type Reply } from "./https-request.fixture.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

describe("watching over HTTP", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(async () => await server.stop());

  const make = async (name: string, labels: Record<string, string> = {}): Promise<void> => {
    await server.registry.create("configmaps", { metadata: { name, namespace: "default", labels } });
  };
  const label = async (name: string, labels: object): Promise<void> => {
    const patch = { type: "merge", body: { metadata: { labels } } } as const;
    await server.registry.patch("configmaps", { namespace: "default", name }, patch);
  };
  const watch = async (query: string, accept = "application/json"): Promise<IncomingMessage> =>
    await open(server, { path: `${configMaps}?watch=true&${query}`, headers: { accept } });

  it("A4 begins at once, though nothing happens", async () => {
    const response = await watch(`resourceVersion=${server.registry.revision()}`);
    expect(response.statusCode).to.equal(200);
    expect(response.headers["content-type"]).to.equal("application/json");
    response.destroy();
  });

  it("A4 tells what happens after the revision it is given", async () => {
    await make("before");
    const response = await watch(`resourceVersion=${server.registry.revision()}`);
    const events = eventsOf(response);
    await make("a");
    await label("a", { x: "1" });
    await server.registry.delete("configmaps", { namespace: "default", name: "a" });
    expect(await take(events, 3)).to.deep.equal(["ADDED a", "MODIFIED a", "DELETED a"]);
    response.destroy();
  });

  it("A4 begins with what there is when it is given none", async () => {
    await make("a");
    for (const query of ["", "resourceVersion=0"]) {
      const response = await watch(query);
      expect(await take(eventsOf(response), 1)).to.deep.equal(["ADDED a"]);
    }
  });

  it("A4 shows objects that begin or cease to match as added and deleted, at the revision of the change", async () => {
    await make("a");
    const response = await watch(`labelSelector=app%3Dweb&resourceVersion=${server.registry.revision()}`);
    const events = eventsOf(response);
    await label("a", { app: "web" });
    await label("a", { app: null });
    const [added, deleted] = [await nextOf(events), await nextOf(events)];
    expect([added.type, deleted.type]).to.deep.equal(["ADDED", "DELETED"]);
    expect(deleted.object.metadata.resourceVersion).to.equal(String(server.registry.revision()));
    response.destroy();
  });

  it("A4 ends after timeoutSeconds", async () => {
    const response = await watch("timeoutSeconds=1");
    response.resume();
    await once(response, "end");
    expect(response.complete).to.equal(true);
  });

  it("A4 answers a revision from the future, or one that is no longer kept, inside the stream", async () => {
    const response = await watch("resourceVersion=999999999");
    const event = await nextOf(eventsOf(response));
    expect(event.type).to.equal("ERROR");
    expect(event.object).to.deep.include({ kind: "Status", status: "Failure" });
  });

  it("A4 sends everything and then a bookmark to those who ask for initial events", async () => {
    await make("a");
    const query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
    const response = await watch(query);
    const events = eventsOf(response);
    expect((await nextOf(events)).object.metadata.name).to.equal("a");
    const bookmark = await nextOf(events);
    expect(bookmark.type).to.equal("BOOKMARK");
    expect(bookmark.object).to.deep.equal({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: {
        resourceVersion: String(server.registry.revision()),
        annotations: { "k8s.io/initial-events-end": "true" },
      },
    });
    await make("b");
    expect(await take(events, 1)).to.deep.equal(["ADDED b"]);
    response.destroy();
  });

  it("A4 tells a quiet client that allows it how far it has seen", async () => {
    const clock = createFakeClock(systemClock.now());
    const quiet = await startTestServer({ clock });
    try {
      const revision = quiet.registry.revision();
      const path = `${configMaps}?watch=true&allowWatchBookmarks=true&resourceVersion=1`;
      const response = await open(quiet, { path });
      await clock.advance(60_000);
      const event = await nextOf(eventsOf(response));
      expect([event.type, event.object.metadata.resourceVersion]).to.deep.equal(["BOOKMARK", String(revision)]);
      response.destroy();
    } finally {
      await clock.advance(0);
      await quiet.stop();
    }
  });

  it("A4 keeps only so much for a client that does not read, and then sends it to list again", async () => {
    const response = await watch("");
    response.pause();
    const data = { a: "x".repeat(500_000) };
    for (let index = 0; index < 20; index += 1) {
      await server.registry.create("configmaps", { metadata: { name: `big${index}`, namespace: "default" }, data });
    }
    const { registry } = server;
    const small = { metadata: { generateName: "s-", namespace: "default" } };
    for (let made = 0; made < 10_200; made += 200) {
      await Promise.all(Array.from({ length: 200 }, async () => await registry.create("configmaps", small)));
    }
    let last: Reply["json"];
    for await (const event of eventsOf(response)) last = event;
    expect([last.type, last.object.code, last.object.reason]).to.deep.equal(["ERROR", 410, "Expired"]);
  });

  it("A7 shows changes as tables, the columns once", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const response = await watch("", accept);
    const events = eventsOf(response);
    await make("a");
    await make("b");
    const [first, second] = [await nextOf(events), await nextOf(events)];
    expect(first.object.kind).to.equal("Table");
    expect(first.object.columnDefinitions).to.have.length(3);
    expect(second.object.columnDefinitions).to.equal(null);
    expect([first, second].map((event) => event.object.rows[0].cells[0])).to.deep.equal(["a", "b"]);
    response.destroy();
  });

  it("ends in good order when the server stops, and the server does not wait for idle connections", async () => {
    const response = await watch("");
    response.resume();
    const ended = once(response, "end");
    await server.server.stop();
    await ended;
    expect(response.complete).to.equal(true);
    const failed = send(server, { path: "/livez" });
    expect(((await once(failed, "error")) as [NodeJS.ErrnoException])[0].code).to.equal("ECONNREFUSED");
  });

  it("lets go of what it holds when the client leaves", async () => {
    const response = await watch("");
    expect(openWatches(server)).to.equal("1");
    response.destroy();
    for (let turn = 0; turn < 1000 && openWatches(server) !== "0"; turn += 1) await new Promise(setImmediate);
    expect(openWatches(server)).to.equal("0");
  });
});

function openWatches({ server }: TestServer): string | undefined {
  return /^apiserver_longrunning_requests\{.*\} (\d+)$/m.exec(server.metrics.render())?.[1];
}

type Events = AsyncGenerator<Reply["json"]>;

async function nextOf(events: Events): Promise<Reply["json"]> {
  const { done, value } = await events.next();
  if (done === true) throw new Error("the watch has ended");
  return value;
}

async function take(events: Events, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const event = await nextOf(events);
    seen.push(`${event.type} ${event.object.metadata.name}`);
  }
  return seen;
}
