import { createMetrics } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond, Transport } from "../answers/respond.ts";
import { query } from "../message.fixture.ts";
import { addSnapshots, createMeterMemory, createQueryMeter, readMeterMemory, withZones } from "./query-meter.ts";
import { addQueryMetrics } from "./query-metrics.ts";

const zones = ["cluster.local", "deep.cluster.local", "244.10.in-addr.arpa"];
const servers = { udp: "dns://1", tcp: "dns://1", tls: "tls://1", https: "https://1" };

/** An answer to the query: its header and question, or all of it. */
function answerTo(message: Buffer, { rcode = 0, aa = true }: { rcode?: number; aa?: boolean } = {}): Buffer {
  const answer = Buffer.from(message);
  answer[2] = aa ? 0x84 : 0x80;
  answer[3] = rcode;
  return answer;
}

interface Rig {
  readonly ask: (name: string, type: string, how?: Partial<How>) => ReturnType<Respond>;
  /** The lines that begin so, without it. */
  readonly lines: (start: string) => readonly string[];
  readonly snapshot: () => Float64Array;
}

interface How {
  readonly transport: Transport;
  readonly address: string;
  readonly respond: Respond;
  readonly dnssecOk: boolean;
}

/** The clock moves by `stepMs` whenever it is looked at. */
function createRig({ stepMs = 0.002, gapMs = 2 } = {}): Rig {
  let nowMs = 0;
  const meter = createQueryMeter({ zones, nowMs: () => (nowMs += stepMs) });
  let next: Respond = (message) => answerTo(message);
  const respond = meter.wrap((...asked) => next(...asked));
  const metrics = createMetrics();
  addQueryMetrics(metrics, { zones: () => zones, servers: () => servers, read: () => meter.snapshot() });
  return {
    ask(name, type, how = {}) {
      const { transport = "udp", address = "127.0.0.1", dnssecOk = false } = how;
      next = how.respond ?? ((message) => answerTo(message));
      nowMs += gapMs;
      return respond(query(name, type, dnssecOk ? { edns: { dnssecOk } } : {}), transport, address);
    },
    lines: (start) =>
      metrics
        .render()
        .split("\n")
        .filter((line) => line.startsWith(start))
        .map((line) => line.slice(start.length)),
    snapshot: () => meter.snapshot(),
  };
}

const saying =
  (rcode: number, aa = true): Respond =>
  (message) =>
    answerTo(message, { rcode, aa });

describe("the query meter", () => {
  it("D51 counts queries by transport, family, zone and type, under CoreDNS' names", () => {
    const { ask, lines } = createRig();
    void ask("web-0.nginx.default.svc.cluster.local", "A");
    void ask("WEB-0.nginx.default.svc.CLUSTER.local", "A");
    void ask("web-0.nginx.default.svc.cluster.local", "AAAA", { address: "fd00::1" });
    void ask("nginx.default.svc.deep.cluster.local", "SRV", { transport: "tcp", address: "::1" });
    void ask("5.0.244.10.in-addr.arpa", "HINFO", { transport: "tls" });
    void ask("example.com", "A", { transport: "https", respond: saying(5, false) });
    expect(lines("coredns_dns_requests_total")).to.have.members([
      '{server="dns://1",zone="cluster.local.",proto="udp",family="1",type="A"} 2',
      '{server="dns://1",zone="cluster.local.",proto="udp",family="2",type="AAAA"} 1',
      '{server="dns://1",zone="deep.cluster.local.",proto="tcp",family="2",type="SRV"} 1',
      '{server="tls://1",zone="244.10.in-addr.arpa.",proto="tcp",family="1",type="other"} 1',
      '{server="https://1",zone=".",proto="tcp",family="1",type="A"} 1',
    ]);
  });

  it("D51 counts answers by code, the same over UDP and TCP, also where the code is in the OPT record", () => {
    const { ask, lines } = createRig();
    void ask("web-0.cluster.local", "A");
    void ask("web-0.cluster.local", "A", { transport: "tcp" });
    void ask("nope.cluster.local", "A", { respond: saying(3) });
    void ask("example.com", "A", { respond: saying(5, false) });
    const badVersion: Respond = () => {
      const answer = answerTo(query("x.cluster.local", "A", { edns: {} }), { aa: false });
      answer[answer.length - 6] = 1;
      return answer;
    };
    void ask("x.cluster.local", "A", { respond: badVersion });
    expect(lines("coredns_dns_responses_total")).to.have.members([
      '{server="dns://1",zone="cluster.local.",rcode="NOERROR",plugin="kubernetes"} 2',
      '{server="dns://1",zone="cluster.local.",rcode="NXDOMAIN",plugin="kubernetes"} 1',
      '{server="dns://1",zone="cluster.local.",rcode="BADVERS",plugin="kubernetes"} 1',
      '{server="dns://1",zone=".",rcode="REFUSED",plugin="forward"} 1',
    ]);
  });

  it("D51 counts what asks for DNSSEC, what cannot be read and what is not answered", () => {
    const { ask, lines } = createRig();
    void ask("web-0.cluster.local", "A", { dnssecOk: true });
    expect(lines("coredns_dns_do_requests_total")).to.deep.equal(['{server="dns://1",zone="cluster.local."} 1']);
    const meter = createQueryMeter({ zones });
    const garbage = [
      Buffer.alloc(0),
      Buffer.alloc(12, 0xff),
      Buffer.alloc(12),
      Buffer.from([...Buffer.alloc(11), 1, 64, 1, 2]),
    ];
    const respond = meter.wrap(() => undefined);
    for (const message of garbage) expect(respond(message, "udp", "::1")).to.equal(undefined);
    const metrics = createMetrics();
    addQueryMetrics(metrics, { zones: () => zones, servers: () => servers, read: () => meter.snapshot() });
    const text = metrics.render();
    expect(text).to.contain('{server="dns://1",zone="dropped",proto="udp",family="2",type="other"} 4');
    expect(text).not.to.contain("rcode=");
  });

  it("D51 times each answer while there is no load, in CoreDNS' buckets and finer ones", () => {
    const { ask, lines } = createRig({ stepMs: 0.003 });
    for (let count = 0; count < 20; count += 1) void ask("web-0.cluster.local", "A");
    const series = 'coredns_dns_request_duration_seconds_bucket{server="dns://1",zone="cluster.local.",le=';
    const buckets = lines(series);
    expect(buckets.slice(0, 4)).to.deep.equal(['"0.000001"} 0', '"0.000002"} 0', '"0.000004"} 20', '"0.000008"} 20']);
    expect(buckets).to.include('"0.00025"} 20').and.to.include('"8.192"} 20');
    expect(buckets.at(-1)).to.equal('"+Inf"} 20');
    const [sum = ""] = lines('coredns_dns_request_duration_seconds_sum{server="dns://1",zone="cluster.local."} ');
    expect(Number(sum)).to.be.closeTo(20 * 0.000003, 1e-9);
  });

  it("D51 samples one in 17 under load, which weighs for the others; codes and types are counted all the same", () => {
    const { ask, lines } = createRig({ gapMs: 0 });
    for (let count = 0; count < 1 + 10 * 17 + 5; count += 1)
      void ask("web-0.cluster.local", count % 2 === 0 ? "A" : "AAAA");
    expect(lines("coredns_dns_requests_total").map((line) => line.split(" ")[1])).to.deep.equal(["88", "88"]);
    const of = 'server="dns://1",zone="cluster.local."';
    // The first is a sample, and, since the one before it is long ago, so is the second.
    expect(lines(`coredns_dns_request_duration_seconds_count{${of}} `)).to.deep.equal([String(2 + 10 * 17)]);
    expect(lines(`coredns_dns_response_size_bytes_count{${of},proto="udp"} `)).to.deep.equal([String(2 + 10 * 17)]);
    expect(lines(`coredns_dns_request_size_bytes_sum{${of},proto="udp"} `)).to.deep.equal([String(37 * (2 + 10 * 17))]);
  });

  it("D51 counts what is answered later when it is answered, by the first message", async () => {
    const { ask, lines } = createRig({ stepMs: 300 });
    const later = Promise.withResolvers<readonly Buffer[]>();
    const answer = ask("example.com", "A", { respond: () => later.promise });
    expect(lines("coredns_dns_responses_total")).to.deep.equal([]);
    const messages = [answerTo(query("example.com", "A"), { rcode: 2, aa: false }), Buffer.alloc(500)];
    later.resolve(messages);
    expect(await answer).to.equal(messages);
    expect(lines("coredns_dns_responses_total")).to.deep.equal([
      '{server="dns://1",zone=".",rcode="SERVFAIL",plugin="forward"} 1',
    ]);
    expect(lines("coredns_dns_request_duration_seconds_sum")).to.deep.equal(['{server="dns://1",zone="."} 0.3']);
    await ask("example.com", "A", { respond: () => Promise.resolve([]) });
    expect(lines("coredns_dns_responses_total")).to.have.length(1);
    expect(lines("coredns_dns_request_duration_seconds_count")).to.deep.equal(['{server="dns://1",zone="."} 2']);
  });

  it("D51 adds the counts of several threads up, also of one that is gone", () => {
    const memories = [1, 2].map(createMeterMemory);
    for (const memory of memories) {
      const respond = createQueryMeter({ zones, memory }).wrap((message) => answerTo(message));
      for (let count = 0; count < 3; count += 1) void respond(query("web-0.cluster.local", "A"), "udp", "127.0.0.1");
    }
    const metrics = createMetrics();
    addQueryMetrics(metrics, {
      zones: () => zones,
      servers: () => servers,
      read: () => addSnapshots(memories.map(readMeterMemory)),
    });
    expect(metrics.render()).to.contain(',type="A"} 6\n');
  });

  it("D53 goes on counting when zones are added, and counts no more than thirty apart", () => {
    const meter = createQueryMeter({ zones });
    const respond = meter.wrap((message) => answerTo(message));
    const many = Array.from({ length: 40 }, (_, index) => `zone-${index}.example`);
    const all = withZones(zones, ["cluster.local", "cluster.internal", ...many]);
    const metrics = createMetrics();
    addQueryMetrics(metrics, { zones: () => all, servers: () => servers, read: () => meter.snapshot() });
    void respond(query("web-0.cluster.local", "A"), "udp", "127.0.0.1");
    meter.configure(all);
    for (const zone of ["cluster.local", "cluster.internal", "zone-25.example", "zone-26.example", "zone-39.example"]) {
      void respond(query(`web-0.${zone}`, "A"), "tls", "127.0.0.1");
    }
    const counts = metrics
      .render()
      .match(/coredns_dns_requests_total{.*/g)
      ?.map((line) => line.replace(/.*zone="(.*?)".* /, "$1 "));
    expect(counts).to.have.members([
      "cluster.local. 1",
      "cluster.local. 1",
      "cluster.internal. 1",
      "zone-25.example. 1",
      ". 2",
    ]);
  });

  it("hands on what it was given, whatever it is", () => {
    const { ask } = createRig();
    const answer = Buffer.alloc(12);
    expect(ask("x", "A", { respond: () => answer })).to.equal(answer);
    expect(ask("x", "A", { respond: () => undefined })).to.equal(undefined);
  });
});
