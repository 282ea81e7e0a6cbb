import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually, makeService, makeSlice, ready, served, startApi } from "./api.fixture.ts";
import { startDnsServer } from "./dns-server.ts";
import { always, startUpstream } from "./forward/upstream.fixture.ts";
import { askUdp } from "./listen/peers.fixture.ts";
import { query, read } from "./message.fixture.ts";
import type { DnsServer, DnsServerOptions } from "./options.ts";

const run = promisify(execFile);
const listen = [{ host: "127.0.0.1", port: 0 }];
const web = "web-0.nginx.default.svc.cluster.local";
/** The system spreads askers over threads by their ports; so many reach each of three with all but certainty. */
const askers = 40;

const portOf = (server: DnsServer): number => server.addresses[0]?.port ?? 0;

/** What the askers were told, each different answer once. */
async function told(server: DnsServer, name: string): Promise<readonly string[]> {
  const answers = await Promise.all(
    Array.from({ length: askers }, async () => read(await askUdp(portOf(server), query(name, "A")))),
  );
  return [...new Set(answers.map(({ rcode, answer }) => [rcode, ...answer].join(" ")))];
}

describe("the DNS server with threads", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  async function start(
    options: Partial<DnsServerOptions> = {},
  ): Promise<{ server: DnsServer; api: DnsServerOptions["client"] }> {
    const api = parts.add(await startApi()).client;
    await makeService(api, "nginx");
    const common = { client: api, listen, clock: systemClock, log: silentLogger, workers: 2 };
    const server = parts.add(await startDnsServer({ ...common, ...options }));
    await server.synced;
    return { server, api };
  }

  it("D9 reports a revision as served only when every thread answers it", async () => {
    const { server, api } = await start();
    let slice = await makeSlice(api, "nginx", []);
    for (let round = 0; round < 20; round += 1) {
      const address = `10.244.${round}.1`;
      slice = await api.update("endpointslices", { ...slice, endpoints: [ready("web-0", address)] });
      await served(api, Number(slice.metadata.resourceVersion));
      expect(await told(server, web)).to.deep.equal([`NOERROR ${web}. 5 A ${address}`]);
    }
  });

  it("D42 all threads have one serial, also after other settings", async () => {
    const { server, api } = await start();
    const slice = await makeSlice(api, "nginx", [ready("web-0", "10.244.0.5")]);
    await served(api, Number(slice.metadata.resourceVersion));
    const serials = async (zone: string): Promise<readonly string[]> => {
      const answers = await Promise.all(
        Array.from({ length: askers }, async () => read(await askUdp(portOf(server), query(zone, "SOA")))),
      );
      return [...new Set(answers.map(({ answer }) => answer[0] ?? "no answer"))];
    };
    await eventually(async () => expect(await serials("cluster.local")).to.have.length(1));
    await server.reconfigure({ zones: ["cluster.internal"], ttlSeconds: 30 });
    await eventually(async () => {
      const [soa = "", ...others] = await serials("cluster.internal");
      expect(soa).to.match(/^cluster\.internal\. 30 SOA .* 30$/);
      expect(others).to.deep.equal([]);
    });
    const name = "web-0.nginx.default.svc.cluster.internal";
    expect(await told(server, name)).to.deep.equal([`NOERROR ${name}. 30 A 10.244.0.5`]);
    expect(await told(server, web)).to.deep.equal(["REFUSED"]);
  });

  it("D38 D40 threads have names outside answered, and zones handed out, by the main one", async () => {
    const upstream = parts.add(await startUpstream(always("192.0.2.7")));
    const { server } = await start({
      upstreams: [upstream.address],
      transferTo: ["127.0.0.1"],
    });
    expect(await told(server, "www.example.com")).to.deep.equal(["NOERROR www.example.com. 300 A 192.0.2.7"]);
    const transfers = await Promise.all(
      Array.from({ length: 8 }, () =>
        run("dig", ["@127.0.0.1", "-p", String(portOf(server)), "+noall", "+answer", "AXFR", "cluster.local"]),
      ),
    );
    for (const { stdout } of transfers) expect(stdout.trim().split("\n").at(-1)).to.match(/\sSOA\s/);
    await server.reconfigure({});
    expect(await told(server, "www.example.com")).to.deep.equal(["REFUSED"]);
  });
});

describe("other settings for the DNS server", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  it("D53 take effect while it answers, and those that cannot be change nothing", async () => {
    const api = parts.add(await startApi()).client;
    await makeService(api, "vip", { clusterIP: "10.96.0.7" });
    const common = { client: api, listen, clock: systemClock, log: silentLogger };
    const server = parts.add(await startDnsServer({ ...common, zones: ["cluster.local"] }));
    await server.synced;
    const vip = "vip.default.svc.cluster.local";
    const refusal: unknown = await server.reconfigure({ zones: ["a..b"] }).catch((error: unknown) => error);
    expect((refusal as Error).message).to.equal('zone "a..b" is not a domain name');
    expect(await told(server, vip)).to.deep.equal([`NOERROR ${vip}. 5 A 10.96.0.7`]);
    await server.reconfigure({ zones: ["cluster.local", "cluster.internal"], ttlSeconds: 0, podNames: "insecure" });
    expect(await told(server, vip)).to.deep.equal([`NOERROR ${vip}. 0 A 10.96.0.7`]);
    const pod = "10-1-2-3.default.pod.cluster.internal";
    expect(await told(server, pod)).to.deep.equal([`NOERROR ${pod}. 0 A 10.1.2.3`]);
    await server.reconfigure({ podNames: "verified" });
    expect(await told(server, "10-1-2-3.default.pod.cluster.local")).to.deep.equal(["NXDOMAIN"]);
  });
});
