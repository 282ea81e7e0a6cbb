import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { eventually } from "../api.fixture.ts";
import { listenBoth } from "../listen/listen.ts";
import { alone } from "./knowledge.fixture.ts";
import { createObservation, type Observation } from "./observation.ts";
import { createObserver } from "./observer.ts";
import { createMeterMemory } from "./query-meter.ts";

const run = promisify(execFile);
const clock = systemClock;
const log = silentLogger;
const servers = { udp: "dns://x", tcp: "dns://x", tls: "tls://x", https: "https://x" };

/** NXDOMAIN with authority. */
const deny: Respond = (message) => {
  const answer = Buffer.from(message);
  answer.writeUInt16BE(0x8583, 2);
  return answer;
};

describe("a DNS server that is observed", () => {
  let parts: StopStack;
  beforeEach(() => void (parts = createStopStack()));
  afterEach(() => parts.stop());

  const observe = (zones: readonly string[]): Observation =>
    parts.add(
      createObservation(
        { zones },
        { clock, log, knowledge: () => alone, forward: () => undefined, servers: () => servers },
      ),
    );

  async function scrape(observation: Observation): Promise<string> {
    const server = parts.add(await observation.serve({ host: "127.0.0.1", port: 0 }));
    const { stdout } = await run("curl", ["--silent", `http://127.0.0.1:${server.address.port}/metrics`]);
    return stdout;
  }

  async function dig(port: number, ...args: readonly string[]): Promise<void> {
    await run("dig", ["@127.0.0.1", "-p", String(port), "+tries=1", "+time=5", ...args]);
  }

  it("D51 D52 tells over HTTP what dig asked, and how it is without the API server", async () => {
    const observation = observe(["cluster.local"]);
    const respond = observation.wrap(deny);
    const { address } = parts.add(await listenBoth({ host: "127.0.0.1", port: 0 }, { respond, clock, log }));
    await dig(address.port, "web-0.nginx.default.svc.cluster.local", "A");
    await dig(address.port, "+tcp", "+dnssec", "web-0.nginx.default.svc.cluster.local", "SRV");
    await dig(address.port, "-x", "10.244.0.5");
    const text = await scrape(observation);
    for (const line of [
      'coredns_dns_requests_total{server="dns://x",zone="cluster.local.",proto="udp",family="1",type="A"} 1',
      'coredns_dns_requests_total{server="dns://x",zone="cluster.local.",proto="tcp",family="1",type="SRV"} 1',
      'coredns_dns_requests_total{server="dns://x",zone="in-addr.arpa.",proto="udp",family="1",type="PTR"} 1',
      'coredns_dns_responses_total{server="dns://x",zone="cluster.local.",rcode="NXDOMAIN",plugin="kubernetes"} 2',
      'coredns_dns_do_requests_total{server="dns://x",zone="cluster.local."} 1',
      'coredns_dns_request_duration_seconds_count{server="dns://x",zone="cluster.local."} 2',
      "ordinal_dns_api_connected 0",
    ]) {
      expect(text.split("\n")).to.include(line);
    }
    expect(text).not.to.match(/NaN|undefined|Infinity/);
  });

  it("D51 adds up what threads counted, also of one that was started again", async () => {
    const observation = observe(["cluster.local"]);
    const { zones } = observation.settings();
    for (const [thread, count] of [
      [0, 1_000],
      [1, 200],
      [0, 30],
    ] as const) {
      const workerData = { zones, memory: observation.memoryOf(thread), count };
      const worker = new Worker(join(import.meta.dirname, "counting-thread.fixture.ts"), { workerData });
      expect(await once(worker, "exit")).to.deep.equal([0]);
    }
    expect(await scrape(observation)).to.contain('zone="cluster.local.",proto="udp",family="1",type="A"} 1230\n');
  });

  it("D53 counts zones apart that come later, and goes on with those there were", async () => {
    const observation = observe(["cluster.local"]);
    const before = observation.settings().zones;
    await observation.configure({ zones: ["cluster.internal", "cluster.local"], externalZones: ["example.org"] });
    expect(observation.settings().zones).to.deep.equal([...before, "cluster.internal", "example.org"]);
  });

  describe("with a query log", () => {
    let dir: string;
    let file: FileHandle;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
      file = await open(join(dir, "log"), "a");
    });
    afterEach(async () => {
      await file.close();
      await rm(dir, { recursive: true, force: true });
    });

    it("D51 has a line for each query while that is wanted", async () => {
      const zones = ["cluster.local"];
      const observer = createObserver(
        { zones, queryLog: false },
        { memory: createMeterMemory(), clock, log, descriptor: file.fd },
      );
      const respond = observer.wrap(deny);
      const { address } = parts.add(await listenBoth({ host: "127.0.0.1", port: 0 }, { respond, clock, log }));
      await dig(address.port, "before.cluster.local");
      await observer.configure({ zones, queryLog: true });
      await dig(address.port, "+tcp", "while.cluster.local", "AAAA");
      const read = async (): Promise<string> => await readFile(join(dir, "log"), "utf8");
      await eventually(async () => expect(await read()).not.to.equal(""));
      await observer.configure({ zones, queryLog: false });
      await dig(address.port, "after.cluster.local");
      await observer.configure({ zones, queryLog: true });
      await dig(address.port, "again.cluster.local");
      await observer.stop();
      const lines = (await read()).trimEnd().split("\n");
      expect(lines).to.have.length(2);
      expect(lines[0]).to.match(
        /^\[INFO\] 127\.0\.0\.1:0 - \d+ "AAAA IN while\.cluster\.local\. tcp \d+ false 65535" NXDOMAIN qr,aa,rd,ra,?\w* \d+ \d\.\d{9}s$/,
      );
      expect(lines[1]).to.contain(" IN again.cluster.local. udp ");
    });

    it("D51 answers without a log where it cannot be written, and says so", async () => {
      const warnings: string[] = [];
      const logger = { ...log, warn: (message: string) => void warnings.push(message) };
      const observer = createObserver(
        { zones: [], queryLog: true },
        { memory: createMeterMemory(), clock, log: logger, descriptor: 1_000_000 },
      );
      await observer.configure({ zones: [], queryLog: true });
      expect(warnings[0]).to.contain("no query log");
      expect(observer.wrap(deny)(Buffer.alloc(12), "udp", "::1")).to.have.length(12);
      await observer.stop();
    });
  });
});
