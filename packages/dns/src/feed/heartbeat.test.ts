import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, type Namespace } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig, startInformer, type Client, type WatchEvent } from "@ordinal/client";
import {
  createFakeClock,
  createStopStack,
  silentLogger,
  systemClock,
  type FakeClock,
  type Logger,
  type StopStack,
} from "@ordinal/runtime";
import { expect } from "chai";
import { kill, startApiProcess, type ApiProcess } from "../api-process.fixture.ts";
import { eventually, makeService, makeSlice, ready } from "../api.fixture.ts";
import { startDnsServer } from "../dns-server.ts";
import { askUdp } from "../listen/peers.fixture.ts";
import { query, read } from "../message.fixture.ts";
import { startHeartbeat, type Heartbeat } from "./heartbeat.ts";

const lostLine = "warn the API server does not answer; going on with what was last known";
const backLine = "info the API server answers again";

/** An API server whose answers the test decides on; asked anything else it fails. */
interface FakeApi {
  readonly client: Client;
  /** What is asked is answered with this, or with a failure. */
  answer: () => Promise<unknown>;
  asked: number;
  /** Resolvers of the events a watch waits for. */
  readonly waiting: PromiseWithResolvers<WatchEvent<Namespace>>[];
}

function createFakeApi(): FakeApi {
  const api: FakeApi = {
    answer: () => Promise.resolve({ items: [], revision: 1 }),
    asked: 0,
    waiting: [],
    client: {
      get: ask,
      list: ask,
      patch: ask,
      create: ask,
      update: ask,
      delete: ask,
      bind: ask,
      async *watch() {
        for (;;) {
          const next = Promise.withResolvers<WatchEvent<Namespace>>();
          api.waiting.push(next);
          yield await next.promise;
        }
      },
    } as unknown as Client,
  };
  async function ask(): Promise<unknown> {
    api.asked += 1;
    return await api.answer();
  }
  return api;
}

function recordingLogger(lines: string[]): Logger {
  const say = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const logger: Logger = { debug() {}, info: say("info"), warn: say("warn"), error: say("error"), child: () => logger };
  return logger;
}

describe("the heartbeat", () => {
  let clock: FakeClock;
  let api: FakeApi;
  let lines: string[];
  let heartbeat: Heartbeat;
  beforeEach(() => {
    clock = createFakeClock();
    api = createFakeApi();
    lines = [];
    heartbeat = startHeartbeat({ client: api.client, clock, log: recordingLogger(lines) });
  });
  afterEach(() => heartbeat.stop());

  const never = (): Promise<never> => new Promise(() => {});
  const refused = (): Promise<never> => Promise.reject(new ApiError("ServiceUnavailable", "refused"));

  it("D52 knows nothing at first, and is connected with the first word", async () => {
    expect([heartbeat.isConnected(), heartbeat.silentMs()]).to.deep.equal([false, undefined]);
    await heartbeat.client.list("namespaces");
    expect([heartbeat.isConnected(), heartbeat.silentMs()]).to.deep.equal([true, 0]);
    await clock.advance(1_500);
    expect(heartbeat.silentMs()).to.equal(1_500);
    expect(lines).to.deep.equal([]);
  });

  it("D52 asks after five seconds of silence, and only then", async () => {
    const { client } = heartbeat;
    const events = client.watch("namespaces", { signal: new AbortController().signal })[Symbol.asyncIterator]();
    for (let second = 0; second < 20; second += 4) {
      const event = events.next();
      await clock.advance(4_000);
      api.waiting.shift()?.resolve({ type: "BOOKMARK", object: {} as Namespace, revision: 1 });
      await event;
    }
    await client.patch("leases", { name: "x" }, { type: "merge", body: {} });
    expect(api.asked).to.equal(1);
    await clock.advance(5_000);
    expect(api.asked).to.equal(2);
    await clock.advance(60_000);
    expect(api.asked).to.be.within(10, 14);
    expect(heartbeat.isConnected()).to.equal(true);
    expect(lines).to.deep.equal([]);
  });

  it("D52 is lost after ten seconds of silence, and back with the first word, each told once", async () => {
    await heartbeat.client.list("namespaces");
    const gate = Promise.withResolvers<unknown>();
    api.answer = () => gate.promise;
    await clock.advance(9_999);
    expect([heartbeat.isConnected(), lines]).to.deep.equal([true, []]);
    await clock.advance(1);
    expect([heartbeat.isConnected(), lines]).to.deep.equal([false, [lostLine]]);
    await clock.advance(120_000);
    expect(heartbeat.silentMs()).to.equal(130_000);
    // One question waits; a frozen server is not asked a hundred of them.
    expect(api.asked).to.equal(2);
    gate.resolve({});
    await clock.advance(0);
    expect([heartbeat.isConnected(), lines]).to.deep.equal([true, [lostLine, backLine]]);
    api.answer = never;
    await clock.advance(10_000);
    expect(lines).to.deep.equal([lostLine, backLine, lostLine]);
  });

  it("D47 is lost at once when a list fails, and back when each that failed works again", async () => {
    const { client } = heartbeat;
    await client.list("namespaces");
    api.answer = refused;
    for (const resource of ["services", "endpointslices", "services"] as const) {
      expect(String(await client.list(resource).catch((error: unknown) => error))).to.contain("refused");
    }
    expect([heartbeat.isConnected(), lines]).to.deep.equal([false, [lostLine]]);
    api.answer = () => Promise.resolve({});
    await client.get("services", { name: "x" });
    await client.list("services");
    expect(heartbeat.isConnected()).to.equal(false);
    await client.list("endpointslices");
    expect([heartbeat.isConnected(), lines]).to.deep.equal([true, [lostLine, backLine]]);
  });

  it("D52 takes a refusal for a word, and an expired list for no failure", async () => {
    const { client } = heartbeat;
    for (const reason of ["NotFound", "Forbidden", "Conflict"] as const) {
      api.answer = () => Promise.reject(new ApiError(reason, "no"));
      await clock.advance(4_000);
      await client.get("services", { name: "x" }).catch(() => {});
      expect(heartbeat.silentMs()).to.equal(0);
    }
    api.answer = () => Promise.reject(new ApiError("Expired", "too old"));
    await client.list("services").catch(() => {});
    expect([heartbeat.isConnected(), lines]).to.deep.equal([true, []]);
  });

  it("D52 is not lost because the machine slept or its clock was set", async () => {
    await heartbeat.client.list("namespaces");
    let offsetMs = 0;
    await heartbeat.stop();
    heartbeat = startHeartbeat({
      client: api.client,
      clock: { ...clock, now: () => clock.now() + offsetMs },
      log: recordingLogger(lines),
    });
    await heartbeat.client.list("namespaces");
    for (const jumpMs of [8 * 3_600_000, -16 * 3_600_000]) {
      offsetMs += jumpMs;
      await clock.advance(20_000);
      expect([heartbeat.isConnected(), lines]).to.deep.equal([true, []]);
    }
  });

  it("says nothing more once it was stopped", async () => {
    api.answer = never;
    await heartbeat.stop();
    await clock.advance(60_000);
    expect([api.asked, lines]).to.deep.equal([0, []]);
  });
});

describe("the heartbeat of a real API server", () => {
  let parts: StopStack;
  let dir: string;
  let api: ApiProcess;
  let client: Client;
  beforeEach(async () => {
    parts = createStopStack();
    dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
    api = await startApiProcess(dir, 0);
    const access = await loadKubeconfig(api.kubeconfig);
    client = parts.add(createHttpsClient({ access, clock: systemClock, log: silentLogger }));
  });
  afterEach(async () => {
    await parts.stop();
    await kill(api);
    await rm(dir, { recursive: true, force: true });
  });

  it("D52 stops while the server is frozen with its sockets open, and goes on with it", async () => {
    const lines: string[] = [];
    const options = { client, clock: systemClock, log: recordingLogger(lines), askAfterMs: 100, patienceMs: 500 };
    const heartbeat = parts.add(startHeartbeat(options));
    const informer = parts.add(startInformer("namespaces", { ...options, client: heartbeat.client }));
    await informer.synced;
    expect(heartbeat.isConnected()).to.equal(true);
    api.process.kill("SIGSTOP");
    await eventually(() => expect(heartbeat.isConnected()).to.equal(false));
    api.process.kill("SIGCONT");
    await eventually(() => expect(heartbeat.isConnected()).to.equal(true));
    expect(lines).to.deep.equal([lostLine, backLine]);
    await client.create("namespaces", { metadata: { name: "after" } });
    await eventually(() => expect(informer.get("after")).not.to.equal(undefined));
  });

  it("D47 names are answered while the API server is frozen, and follow it when it goes on", async () => {
    await makeService(client, "nginx");
    const slice = await makeSlice(client, "nginx", [ready("web-0", "127.244.0.5")]);
    const listen = [{ host: "127.0.0.1", port: 0 }];
    const server = parts.add(await startDnsServer({ client, listen, clock: systemClock, log: silentLogger }));
    await server.synced;
    const question = query("web-0.nginx.default.svc.cluster.local", "A");
    const look = async (): Promise<string | undefined> =>
      read(await askUdp(server.addresses[0]?.port ?? 0, question)).answer[0]?.split(" ")[3];
    api.process.kill("SIGSTOP");
    const update = client.update("endpointslices", { ...slice, endpoints: [ready("web-0", "127.244.0.6")] });
    for (let round = 0; round < 100; round += 1) expect(await look()).to.equal("127.244.0.5");
    api.process.kill("SIGCONT");
    await update;
    await eventually(async () => expect(await look()).to.equal("127.244.0.6"));
  });
});
