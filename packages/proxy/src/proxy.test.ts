import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type Logger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { makePod, makeService, makeSlice, removePod, startApi } from "./api.fixture.ts";
import { eventually, freePort, readAll, startBackend } from "./peers.fixture.ts";
import { startProxy } from "./proxy.ts";

const localhost = "127.0.0.1";

describe("the proxy", () => {
  let parts: StopStack;
  let api: Client;
  beforeEach(async () => {
    parts = createStopStack();
    api = parts.add(await startApi()).client;
  });
  afterEach(() => parts.stop());

  async function start(log: Logger = silentLogger): Promise<void> {
    const proxy = parts.add(await startProxy({ client: api, clock: systemClock, log }));
    await proxy.synced;
  }

  describe("for localhost's ports", () => {
    it("leads to the pod, again after it was made anew with another address, and nowhere in between", async () => {
      const port = await freePort(localhost);
      const first = parts.add(await startBackend("127.244.0.2"));
      await makePod(api, "web-0", { ports: `${first.port}=${port}`, podIP: "127.244.0.2" });
      await start();
      expect(await readAll(localhost, port)).to.equal("127.244.0.2\n");

      await removePod(api, "web-0");
      await eventually(async () => expect(await readAll(localhost, port)).to.equal("ECONNREFUSED"));
      const second = parts.add(await startBackend("127.244.0.3"));
      await makePod(api, "web-0", { ports: `${second.port}=${port}` });
      await eventually(async () => expect(await readAll(localhost, port)).to.equal("ECONNRESET"));
      const status = { phase: "Running", podIP: "127.244.0.3" };
      const patch = { type: "merge", body: { status }, subresource: "status" } as const;
      await api.patch("pods", { namespace: "default", name: "web-0" }, patch);
      await eventually(async () => expect(await readAll(localhost, port)).to.equal("127.244.0.3\n"));
    });

    it("says when a port is busy, once, and takes it over when it is free", async () => {
      const backend = parts.add(await startBackend("127.244.0.2"));
      const other = createServer((socket) => socket.end("somebody else\n")).listen(0, localhost);
      await once(other, "listening");
      const port = (other.address() as { port: number }).port;
      const free = await freePort(localhost);
      const ports = `${backend.port}=${port},1=${free}`;
      await makePod(api, "web-0", { ports, podIP: "127.244.0.2" });
      const { logger, lines } = recordingLogger();
      await start(logger);
      const busy = `warn cannot listen on TCP 127.0.0.1:${port}: another program has this port; stop it and Ordinal takes over`;
      await eventually(() => expect(lines).to.include(busy));
      expect(await readAll(localhost, port)).to.equal("somebody else\n");
      expect(await readAll(localhost, free), "its other port is not held up").to.equal("ECONNRESET");
      other.close();
      await eventually(async () => expect(await readAll(localhost, port)).to.equal("127.244.0.2\n"));
      expect(lines.filter((line) => line === busy)).to.have.length(1);
      expect(lines).to.include(`info listening on TCP 127.0.0.1:${port} after all`);
    });
  });

  describe("for service addresses", () => {
    it("V7 V5 balances over the endpoints there are, as they come and go", async () => {
      const service = await makeService(api, "web", { port: 8080 });
      const address = service.spec.clusterIP ?? "";
      await start();
      await eventually(async () => expect(await readAll(address, 8080)).to.equal("ECONNRESET"));
      const one = parts.add(await startBackend("127.244.0.2"));
      const two = await startBackendAt("127.244.0.3", one.port);
      const slice = await makeSlice(api, "web", { addresses: ["127.244.0.2", "127.244.0.3"], port: one.port });
      await eventually(async () => expect(await readAll(address, 8080)).to.equal("127.244.0.2\n"));
      const answers = new Set([await readAll(address, 8080), await readAll(address, 8080)]);
      expect([...answers].toSorted()).to.deep.equal(["127.244.0.2\n", "127.244.0.3\n"]);

      const [, second] = slice.endpoints ?? [];
      await api.update("endpointslices", { ...slice, endpoints: second === undefined ? [] : [second] });
      await eventually(async () => {
        expect([await readAll(address, 8080), await readAll(address, 8080)]).to.deep.equal([
          "127.244.0.3\n",
          "127.244.0.3\n",
        ]);
      });
      two.close();
      await api.delete("services", { namespace: "default", name: "web" });
      await eventually(async () => expect(await readAll(address, 8080)).to.equal("ECONNREFUSED"));
    });

    it("V14 leads the kubernetes service to the API server's own address", async () => {
      const backend = parts.add(await startBackend(localhost));
      const service = await makeService(api, "kubernetes", { port: 443 });
      await makeSlice(api, "kubernetes", { addresses: [localhost], port: backend.port });
      const { logger, lines } = recordingLogger();
      await start(logger);
      // Whoever may not bind port 443 is told what to do about it.
      if (process.getuid?.() === 0) {
        await eventually(async () => expect(await readAll(service.spec.clusterIP ?? "", 443)).to.equal("127.0.0.1\n"));
      } else {
        await eventually(() => expect(lines.join("\n")).to.contain("ports below 1024 are for root"));
      }
    });

    it("carries datagrams", async () => {
      const backend = createSocket("udp4");
      backend.on("message", (message, from) => backend.send(`got ${String(message)}`, from.port, from.address));
      backend.bind(0, "127.244.0.2");
      await once(backend, "listening");
      const service = await makeService(api, "dns", { port: 5353, protocol: "UDP" });
      await makeSlice(api, "dns", { addresses: ["127.244.0.2"], port: backend.address().port, protocol: "UDP" });
      await start();
      const asker = createSocket("udp4");
      const answered = once(asker, "message");
      asker.send("question", 5353, service.spec.clusterIP);
      expect(String((await answered)[0])).to.equal("got question");
      for (const socket of [asker, backend]) socket.close();
    });

    it("says what to do where the address is not local", async () => {
      await api.create("services", {
        metadata: { name: "far", namespace: "default" },
        spec: { clusterIP: "127.96.0.7", ports: [{ port: 8080 }] },
      });
      const { logger, lines } = recordingLogger();
      const service = await api.get("services", { namespace: "default", name: "far" });
      const elsewhere = {
        ...service,
        spec: { ...service.spec, clusterIP: "203.0.113.7", clusterIPs: ["203.0.113.7"] },
      };
      const client: Client = {
        ...api,
        list: async (resource, options) => {
          const listed = await api.list(resource, options);
          return resource === "services" ? { ...listed, items: [elsewhere] as never } : listed;
        },
      };
      parts.add(await startProxy({ client, clock: systemClock, log: logger }));
      const line = "warn cannot listen on TCP 203.0.113.7:8080: the address is not local to this machine";
      await eventually(() => expect(lines.join("\n")).to.contain(line).and.to.contain("ip route add local"));
    });
  });
});

/** Like `startBackend`, at a port that another backend has on another address. */
async function startBackendAt(host: string, port: number): Promise<{ close(): void }> {
  const server = createServer((socket) => socket.end(`${host}\n`)).listen(port, host);
  await once(server, "listening");
  return server;
}

function recordingLogger(): { readonly logger: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const logger: Logger = {
    debug() {},
    info: (message) => void lines.push(`info ${message}`),
    warn: (message) => void lines.push(`warn ${message}`),
    error: (message) => void lines.push(`error ${message}`),
    child: () => logger,
  };
  return { logger, lines };
}
