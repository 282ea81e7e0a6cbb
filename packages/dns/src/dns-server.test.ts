import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createHttpsClient, loadKubeconfig, type Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type Logger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { kill, startApiProcess } from "./api-process.fixture.ts";
import { eventually, makeService, makeSlice, ready, startApi, served } from "./api.fixture.ts";
import { startDnsServer } from "./dns-server.ts";
import type { DnsServer } from "./options.ts";
import { askUdp } from "./listen/peers.fixture.ts";
import { query, read, type Read } from "./message.fixture.ts";

const run = promisify(execFile);
const clock = systemClock;
const listen = [{ host: "127.0.0.1", port: 0 }];

const portOf = (server: DnsServer): number => server.addresses[0]?.port ?? 0;
const ask = async (server: DnsServer, name: string): Promise<Read> =>
  read(await askUdp(portOf(server), query(name, "A")));
const addressesOf = ({ answer }: Read): readonly string[] => answer.map((line) => line.split(" ")[3] ?? "").toSorted();

const linesOf = (text: string): readonly string[] => text.trim().split("\n").toSorted();

describe("the DNS server", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  describe("asked by real programs", () => {
    let server: DnsServer;
    beforeEach(async () => {
      const api = parts.add(await startApi()).client;
      await makeService(api, "nginx");
      await makeService(api, "vip", { clusterIP: "10.96.0.7" });
      await makeSlice(api, "nginx", [ready("web-0", "10.244.0.5"), ready("web-1", "10.244.0.6")]);
      await makeService(api, "big");
      const big = Array.from({ length: 100 }, (_, index) => ready(`big-${index}`, `10.244.1.${index}`));
      await makeSlice(api, "big", big);
      server = parts.add(await startDnsServer({ client: api, listen, clock, log: silentLogger }));
      await server.synced;
    });

    async function dig(...args: readonly string[]): Promise<string> {
      const { stdout } = await run("dig", ["@127.0.0.1", "-p", String(portOf(server)), "+tries=1", "+time=5", ...args]);
      return stdout;
    }

    const short = async (transport: string, name: string): Promise<readonly string[]> =>
      linesOf(await dig("+short", transport, name));

    for (const transport of ["+notcp", "+tcp"]) {
      it(`D58 dig ${transport} gets addresses of services and pods`, async () => {
        expect(await short(transport, "web-0.nginx.default.svc.cluster.local")).to.deep.equal(["10.244.0.5"]);
        expect(await short(transport, "nginx.default.svc.cluster.local")).to.deep.equal(["10.244.0.5", "10.244.0.6"]);
        expect(await short(transport, "vip.default.svc.cluster.local")).to.deep.equal(["10.96.0.7"]);
        expect(await short(transport, "nope.default.svc.cluster.local")).to.deep.equal([""]);
      });
    }

    it("D34 dig asks again over TCP when the answer is too long", async () => {
      const all = linesOf(await dig("+short", "big.default.svc.cluster.local"));
      expect(all).to.have.length(100);
      expect(await dig("+ignore", "big.default.svc.cluster.local")).to.match(/flags: qr aa tc rd;/);
    });

    it("D23 D38 dig shows NXDOMAIN with the SOA, and REFUSED outside the zone, without complaint", async () => {
      const unknown = await dig("nope.default.svc.cluster.local");
      expect(unknown)
        .to.contain("status: NXDOMAIN")
        .and.to.match(/cluster\.local\.\s+5\s+IN\s+SOA\s+ns\.dns\.cluster\.local\./);
      const outside = await dig("example.com");
      expect(outside).to.contain("status: REFUSED");
      for (const text of [unknown, outside]) expect(text).not.to.match(/malformed|extra bytes|mismatch|unexpected/i);
    });

    it("D33 dig shows EDNS, and BADVERS for another version", async () => {
      expect(await dig("vip.default.svc.cluster.local")).to.contain("EDNS: version: 0, flags:; udp: 1232");
      expect(await dig("+edns=1", "+noednsneg", "vip.default.svc.cluster.local")).to.contain("status: BADVERS");
    });

    it("D58 nslookup gets the address of a pod", async () => {
      const name = "web-1.nginx.default.svc.cluster.local";
      const { stdout } = await run("nslookup", [`-port=${portOf(server)}`, name, "127.0.0.1"]);
      expect(stdout).to.contain(`Name:\t${name}\nAddress: 10.244.0.6`);
    });
  });

  it("D9 a pod's names come and go with its readiness", async () => {
    const api = parts.add(await startApi()).client;
    await makeService(api, "nginx");
    const server = parts.add(await startDnsServer({ client: api, listen, clock, log: silentLogger }));
    const name = "web-0.nginx.default.svc.cluster.local";
    await server.synced;
    expect((await ask(server, name)).rcode).to.equal("NXDOMAIN");
    const endpoint = ready("web-0", "10.244.0.5");
    const slice = await makeSlice(api, "nginx", [endpoint]);
    await eventually(async () => expect(addressesOf(await ask(server, name))).to.deep.equal(["10.244.0.5"]));
    await api.update("endpointslices", { ...slice, endpoints: [{ ...endpoint, conditions: { ready: false } }] });
    await eventually(async () => expect((await ask(server, name)).rcode).to.equal("NXDOMAIN"));
    expect((await ask(server, "nginx.default.svc.cluster.local")).rcode).to.equal("NXDOMAIN");
  });

  it("D9 answers what it reports as served, at the moment it can be read from the lease", async () => {
    const api = parts.add(await startApi()).client;
    await makeService(api, "nginx");
    const server = parts.add(await startDnsServer({ client: api, listen, clock, log: silentLogger }));
    await server.synced;
    let slice = await makeSlice(api, "nginx", []);
    for (let round = 0; round < 100; round += 1) {
      const address = `10.244.${round}.1`;
      slice = await api.update("endpointslices", { ...slice, endpoints: [ready("web-0", address)] });
      await served(api, Number(slice.metadata.resourceVersion));
      expect(addressesOf(await ask(server, "web-0.nginx.default.svc.cluster.local"))).to.deep.equal([address]);
    }
  });

  it("D47 says SERVFAIL until it has seen the API, and then what is there", async () => {
    const api = parts.add(await startApi()).client;
    await makeService(api, "vip", { clusterIP: "10.96.0.7" });
    const gate = Promise.withResolvers<void>();
    const client: Client = {
      ...api,
      async list(resource, options) {
        if (resource === "services") await gate.promise;
        return await api.list(resource, options);
      },
    };
    const server = parts.add(await startDnsServer({ client, listen, clock, log: silentLogger }));
    for (const name of ["vip.default.svc.cluster.local", "nope.default.svc.cluster.local"]) {
      expect((await ask(server, name)).rcode).to.equal("SERVFAIL");
    }
    gate.resolve();
    await server.synced;
    expect(addressesOf(await ask(server, "vip.default.svc.cluster.local"))).to.deep.equal(["10.96.0.7"]);
    expect((await ask(server, "nope.default.svc.cluster.local")).rcode).to.equal("NXDOMAIN");
  });

  it("answers on several addresses, and serves several zones from the same data", async () => {
    const api = parts.add(await startApi()).client;
    await makeService(api, "vip", { clusterIP: "10.96.0.7" });
    const hosts = ["127.0.0.1", "127.0.0.2"].map((host) => ({ host, port: 0 }));
    const zones = ["cluster.local", "cluster.internal"];
    const server = parts.add(await startDnsServer({ client: api, listen: hosts, zones, clock, log: silentLogger }));
    await server.synced;
    expect(server.addresses.map(({ host }) => host)).to.deep.equal(["127.0.0.1", "127.0.0.2"]);
    for (const { host, port } of server.addresses) {
      const { stdout } = await run("dig", [
        `@${host}`,
        "-p",
        String(port),
        "+short",
        "vip.default.svc.cluster.internal",
      ]);
      expect(stdout).to.equal("10.96.0.7\n");
    }
  });

  it("leaves no lease where it is told so", async () => {
    const api = parts.add(await startApi()).client;
    const options = { client: api, listen, clock, log: silentLogger };
    const server = parts.add(await startDnsServer({ ...options, reportLease: false }));
    const reporting = parts.add(await startDnsServer(options));
    await Promise.all([server.synced, reporting.synced]);
    await served(api, 1);
    await reporting.stop();
    await api.delete("leases", { namespace: "kube-system", name: "ordinal-dns" });
    await makeSlice(api, "nobody", []);
    await eventually(async () => expect((await ask(server, "cluster.local")).authority[0]).to.match(/ SOA /));
    expect((await api.list("leases", { namespace: "kube-system" })).items).to.deep.equal([]);
  });

  it("D47 goes on answering while the API server is killed, says so, and follows it again without a gap", async () => {
    const dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
    let api = await startApiProcess(dir, 0);
    const log = recordingLogger();
    try {
      const access = await loadKubeconfig(api.kubeconfig);
      const client = parts.add(createHttpsClient({ access, clock, log: silentLogger }));
      await makeService(client, "nginx");
      const slice = await makeSlice(client, "nginx", [ready("web-0", "127.244.0.5")]);
      const server = parts.add(await startDnsServer({ client, listen, clock, log: log.logger }));
      await server.synced;
      const web = "web-0.nginx.default.svc.cluster.local";
      const seen = new Set<string>();
      const look = async (): Promise<string> => {
        const addresses = addressesOf(await ask(server, web)).join();
        seen.add(addresses);
        return addresses;
      };
      expect(await look()).to.equal("127.244.0.5");

      await kill(api);
      await eventually(async () => {
        expect(await look()).to.equal("127.244.0.5");
        expect(log.lines.filter((line) => line.startsWith("warn the API server does not answer"))).to.have.length(1);
      });
      api = await startApiProcess(dir, api.port);
      const update = { ...slice, endpoints: [ready("web-0", "127.244.0.6")] };
      const updated = await client.update("endpointslices", update);
      await eventually(async () => expect(await look()).to.equal("127.244.0.6"));
      expect([...seen]).to.deep.equal(["127.244.0.5", "127.244.0.6"]);
      await served(client, Number(updated.metadata.resourceVersion));
      expect(log.lines.filter((line) => line === "info the API server answers again")).to.have.length(1);
    } finally {
      await parts.stop();
      await kill(api);
      await rm(dir, { recursive: true, force: true });
    }
  });
});

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
